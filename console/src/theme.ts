import {
  Badge,
  type CSSVariablesResolver,
  createTheme,
  Loader,
  type MantineColorsTuple,
  Modal,
  Tooltip,
} from '@mantine/core';

const teal: MantineColorsTuple = [
  '#eefbf9',
  '#d5f5f0',
  '#aeeae2',
  '#79d9cf',
  '#45c1b6',
  '#2aa59b',
  '#1d847d',
  '#0f766e',
  '#115e59',
  '#134e4a',
];

const red: MantineColorsTuple = [
  '#fef3f2',
  '#fee4e2',
  '#fecdca',
  '#fda29b',
  '#f97066',
  '#f04438',
  '#d92d20',
  '#b42318',
  '#912018',
  '#7a271a',
];

/** Greys of the same tint as the page's own colours (style.css). */
const dark: MantineColorsTuple = [
  '#dfe4e7',
  '#c0c8ce',
  '#a3adb5',
  '#7d8890',
  '#434b50',
  '#353c40',
  '#252b2e',
  '#1d2123',
  '#171b1d',
  '#101314',
];

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: 7,
  autoContrast: true,
  colors: { teal, red, dark },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '650' },
  components: {
    Badge: Badge.extend({ defaultProps: { variant: 'light', tt: 'none', radius: 'sm', fw: 600 } }),
    // A name says something of what has a role alone.
    Loader: Loader.extend({ defaultProps: { role: 'status' } }),
    Modal: Modal.extend({ defaultProps: { centered: true, radius: 'md' } }),
    // A dialog's <header> is else a second banner of the page.
    ModalHeader: Modal.Header.extend({ defaultProps: { role: 'none' } }),
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: true, events: { hover: true, focus: true, touch: true } } }),
  },
});

/** The library's quiet and error colours are too pale for small text (WCAG 2.2, AA: 4.5 to 1). */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#58616a',
    '--mantine-color-placeholder': '#667078',
    '--mantine-color-error': '#b42318',
    '--mantine-color-yellow-light-color': '#7a4d00',
    '--mantine-color-red-light-color': '#a01c12',
    '--mantine-color-blue-light-color': '#11508f',
    '--mantine-color-gray-light-color': '#3d464d',
  },
  dark: {
    '--mantine-color-body': '#1d2123',
    '--mantine-color-dimmed': '#a3adb5',
    '--mantine-color-placeholder': '#8f9aa3',
    '--mantine-color-error': '#ff9b8f',
    '--mantine-color-teal-light': '#12403c',
    '--mantine-color-teal-light-color': '#a9ebe2',
    '--mantine-color-gray-light': '#2e3539',
    '--mantine-color-gray-light-color': '#dfe4e7',
  },
});
