/** Patterns after queries/tags.scm of tree-sitter-c and tree-sitter-cpp: see LICENSE. Both languages are parsed by the latter's grammar. */
const declared = (name: string): string => `[
  (function_declarator declarator: ${name})
  (pointer_declarator declarator: (function_declarator declarator: ${name}))
  (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: ${name})))
  (reference_declarator (function_declarator declarator: ${name}))
]`;

export const cpp = `
(struct_specifier name: [(type_identifier) @name (template_type name: (type_identifier) @name)] body: (_)) @definition.struct
(union_specifier name: (type_identifier) @name body: (_)) @definition.struct
(class_specifier name: [(type_identifier) @name (template_type name: (type_identifier) @name)] body: (_)) @definition.class
(enum_specifier name: (type_identifier) @name body: (_)) @definition.enum
(enumerator name: (identifier) @name) @definition.constant
(type_definition declarator: (type_identifier) @name) @definition.type
(type_definition declarator: (pointer_declarator declarator: (type_identifier) @name)) @definition.type
(type_definition declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))) @definition.type
(alias_declaration name: (type_identifier) @name) @definition.type
(concept_definition name: (identifier) @name) @definition.type
(namespace_definition name: [(namespace_identifier) (nested_namespace_specifier)] @name) @definition.module
(preproc_def name: (identifier) @name) @definition.macro
(preproc_function_def name: (identifier) @name) @definition.macro
(declaration declarator: ${declared('(identifier) @name')}) @definition.function
(function_definition declarator: ${declared('(identifier) @name')}) @definition.function
(function_definition declarator: ${declared('[(field_identifier) (destructor_name) (operator_name)] @name')}) @definition.method
(field_declaration declarator: ${declared('[(field_identifier) (destructor_name) (operator_name)] @name')}) @definition.method
(declaration declarator: ${declared('(destructor_name) @name')}) @definition.method
(field_declaration declarator: [
  (field_identifier) @name
  (pointer_declarator declarator: (field_identifier) @name)
  (array_declarator declarator: (field_identifier) @name)
  (reference_declarator (field_identifier) @name)
]) @definition.field
(function_definition declarator: ${declared(`(qualified_identifier
  scope: (_) @container
  name: [
    (identifier) @name
    (destructor_name) @name
    (operator_name) @name
    (qualified_identifier scope: (_) @container name: [(identifier) @name (destructor_name) @name (operator_name) @name])
  ])`)}) @definition.method
(translation_unit (declaration declarator: [
  (identifier) @name
  (init_declarator declarator: (identifier) @name)
  (array_declarator declarator: (identifier) @name)
  (init_declarator declarator: (array_declarator declarator: (identifier) @name))
  (pointer_declarator declarator: (identifier) @name)
  (init_declarator declarator: (pointer_declarator declarator: (identifier) @name))
]) @definition.variable)
`;
