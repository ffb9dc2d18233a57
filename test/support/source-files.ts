/** A small repository: folders of like names, other line ends, an empty file, a blank one and one that is not text. */
export const sourceFiles = {
  'README.md': '# Aardwolves\n\nThey eat termites.\n',
  'src/a.ts': 'export const a = 1;\n\nexport const b = "Größe";\nexport const last = 3;',
  'src/deep/er/b.py': 'def b():\r\n    return 2\r\n',
  'src/deep.ts': 'export const deep = true;\n',
  'src-more/c.ts': 'export const c = 1;\n',
  'empty.ts': '',
  'blank.ts': ' \n',
  'logo.bin': 'a\0b',
};
