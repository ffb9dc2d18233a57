/** Patterns after queries/tags.scm of tree-sitter-python: see LICENSE. */
export const python = `
(module (expression_statement (assignment left: (identifier) @name) @definition.variable))
(module (type_alias_statement left: (type (identifier) @name)) @definition.type)
(class_definition body: (block (expression_statement (assignment left: (identifier) @name) @definition.field)))
(class_definition name: (identifier) @name) @definition.class
(function_definition name: (identifier) @name) @definition.function
(class_definition body: (block (function_definition name: (identifier) @name) @definition.method))
(class_definition body: (block (decorated_definition (function_definition name: (identifier) @name) @definition.method)))
`;
