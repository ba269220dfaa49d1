// The console's look on Mantine's: ink on paper, one accent (the safelight's red) for what is active and for links.
import { ActionIcon, Badge, Button, createTheme, Menu, Modal, Paper, Select, Switch, TableScrollContainer, Tooltip, virtualColor,
  type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

const coal: MantineColorsTuple =
  ['#fafafa', '#f4f4f5', '#e4e4e7', '#d4d4d8', '#a1a1aa', '#52525b', '#18181b', '#333338', '#18181b', '#0c0c0e']
const chalk: MantineColorsTuple =
  ['#ffffff', '#fafafa', '#f4f4f5', '#ededf0', '#e4e4e7', '#e4e4e7', '#d4d4d8', '#d4d4d8', '#f4f4f5', '#d4d4d8']
const safelight: MantineColorsTuple =
  ['#fff1ef', '#ffdfdb', '#fdbdb6', '#fb9a90', '#f7776b', '#e3554a', '#b3261e', '#9a1f18', '#c4372e', '#861a14']
const gray: MantineColorsTuple =
  ['#fafafa', '#f4f4f5', '#ececee', '#e4e4e7', '#d4d4d8', '#a1a1aa', '#63636b', '#52525b', '#3f3f46', '#27272a']
const dark: MantineColorsTuple =
  ['#e8e8ea', '#c8c8cd', '#a2a2ab', '#85858f', '#323238', '#26262b', '#1b1b1f', '#121215', '#0d0d0f', '#09090a']

export const theme = createTheme({
  primaryColor: 'ink',
  autoContrast: true,
  black: '#18181b',
  colors: { ink: virtualColor({ name: 'ink', light: 'coal', dark: 'chalk' }), coal, chalk, safelight, gray, dark },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.375rem', lineHeight: '1.3' }, h2: { fontSize: '1.0625rem', lineHeight: '1.4' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' } },
  },
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '16px' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray' } }),
    Badge: Badge.extend({ defaultProps: { variant: 'light', radius: 'sm', tt: 'none', fw: 500 } }),
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    Menu: Menu.extend({ defaultProps: { shadow: 'md', position: 'bottom-end', withinPortal: true } }),
    Modal: Modal.extend({ defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45 }, radius: 'lg' } }),
    Paper: Paper.extend({ defaultProps: { withBorder: true, radius: 'lg' } }),
    Select: Select.extend({ defaultProps: { allowDeselect: false, checkIconPosition: 'right' } }),
    // Its knob is white, and so is ink on a dark page.
    Switch: Switch.extend({ defaultProps: { color: 'teal' } }),
    // What can be scrolled can be reached with the keyboard.
    TableScrollContainer: TableScrollContainer.extend({ defaultProps: { type: 'native', tabIndex: 0 } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, withArrow: true } }),
  },
})

// Where Mantine's greys are too faint to read (WCAG AA), and what its palette does not name.
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5f5f68',
    '--mantine-color-placeholder': '#71717a',
    '--mantine-color-anchor': '#b3261e',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-red-text': '#b3261e',
    '--mantine-color-teal-text': '#08694f',
    '--mantine-color-teal-light-color': '#05664b',
    '--mantine-color-yellow-text': '#855a00',
    '--mantine-color-yellow-light-color': '#754e00',
    '--mantine-color-default-border': '#dcdce0',
    '--surface': '#ffffff',
    '--surface-sunken': '#fafafa',
    '--surface-hover': '#f4f4f5',
    '--line': '#e7e7ea',
    '--accent': '#b3261e',
  },
  dark: {
    '--mantine-color-dimmed': '#a2a2ab',
    '--mantine-color-placeholder': '#8f8f99',
    '--mantine-color-anchor': '#ff8a7d',
    '--mantine-color-error': '#ff8a7d',
    '--mantine-color-default': '#1b1b1f',
    '--mantine-color-gray-light': '#2a2a2f',
    '--mantine-color-gray-light-hover': '#323238',
    '--mantine-color-default-border': '#35353b',
    '--surface': '#17171a',
    '--surface-sunken': '#0f0f11',
    '--surface-hover': '#222226',
    '--line': '#28282d',
    '--accent': '#ff8a7d',
  },
})
