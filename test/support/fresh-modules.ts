import { vi } from 'vitest';

// For files that share a process: handlers are composed once, when their modules are loaded, and each file has a service of its own.
vi.resetModules();
