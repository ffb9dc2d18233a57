/** Builds the console into `console/dist`, unless what is there was made from the same files. */
export declare const buildConsole: () => Promise<'built' | 'no vite' | 'there'>;
