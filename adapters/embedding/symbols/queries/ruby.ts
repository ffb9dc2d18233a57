/** Patterns after queries/tags.scm of tree-sitter-ruby: see LICENSE. */
export const ruby = `
(class name: [(constant) @name (scope_resolution name: (_) @name)]) @definition.class
(module name: [(constant) @name (scope_resolution name: (_) @name)]) @definition.module
(method name: (_) @name) @definition.method
(program (method name: (_) @name) @definition.function)
(singleton_method name: (_) @name) @definition.method
(alias name: (_) @name) @definition.method
(assignment left: (constant) @name) @definition.constant
(call
  method: (identifier) @method
  arguments: (argument_list (simple_symbol) @name)
  (#match? @method "^(attr_reader|attr_writer|attr_accessor|define_method|alias_method|scope)$")) @definition.method
`;
