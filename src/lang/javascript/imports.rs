//! Imports and exports, of both kinds of modules.
//!
//! A path starts with the module as it is written (`./db`, `@scope/name`), as one name. `require` and `import()` of a
//! constant are imports where they stand; what `module.exports` is set to has that name.

use oxc_ast::ast;
use oxc_span::GetSpan;

use super::functions::DEFAULT;
use super::lower::{Lowering, Nodes, span};
use crate::source::Span;
use crate::syntax::{ImportNode, Name, NodeId, NodeKind};

/// The name of what a module is as a whole, when it says so.
pub(super) const WHOLE: &str = "module.exports";

impl Lowering<'_> {
    fn import_node(&mut self, path: &[&str], binding: Name, is_star: bool, at: Span) -> NodeId {
        let path = path.iter().map(|name| self.tree.names.intern(name)).collect();
        let node = ImportNode { path, level: 0, binding, binds_root: false, is_star };
        let import = self.tree.import(node);
        self.add(NodeKind::Import(import), at)
    }

    fn import(&mut self, path: &[&str], binding: &str, at: Span) -> NodeId {
        let binding = self.name(binding);
        self.import_node(path, binding, false, at)
    }

    /// A name of the module that others may import.
    pub fn exported(&mut self, name: &str, value: NodeId, at: Span) -> NodeId {
        let target = self.name_node(name, at);
        self.add(NodeKind::Let { target, declared: None, value: Some(value) }, at)
    }

    pub fn exported_value(&mut self, name: &str, value: &ast::Expression, at: Span) -> NodeId {
        let place = Span { start: at.start, end: at.start };
        let object = match value.without_parentheses() {
            ast::Expression::ObjectExpression(object) => Some(object),
            ast::Expression::TSSatisfiesExpression(inner) => match &inner.expression {
                ast::Expression::ObjectExpression(object) => Some(object),
                _ => None,
            },
            _ => None,
        };
        if let Some(object) = object {
            return self.object_of_functions((name, place), object, at);
        }
        if let Some(definition) = self.named_value((name, place), value, at) {
            return definition;
        }
        let value = self.expression(value);
        self.exported(name, value, at)
    }

    pub fn module_declaration(&mut self, declaration: &ast::ModuleDeclaration, out: &mut Nodes) {
        let at = span(declaration.span());
        match declaration {
            ast::ModuleDeclaration::ImportDeclaration(import) => {
                for specifier in import.specifiers.iter().flatten() {
                    out.push(self.specifier(&import.source.value, specifier));
                }
            }
            ast::ModuleDeclaration::ExportDeclaration(export) => self.declaration(&export.declaration, out),
            ast::ModuleDeclaration::ExportDefaultDeclaration(export) => {
                self.default_export(&export.declaration, at, out);
            }
            ast::ModuleDeclaration::ExportNamedDeclaration(export) => {
                for specifier in &export.specifiers {
                    let (local, exported) = (specifier.local.name(), specifier.exported.name());
                    if local != exported {
                        let value = self.name_node(&local, span(specifier.local.span()));
                        out.push(self.exported(&exported, value, span(specifier.span)));
                    }
                }
            }
            ast::ModuleDeclaration::ExportFromDeclaration(export) => {
                for specifier in &export.specifiers {
                    let path = [export.source.value.as_str(), &specifier.local.name()];
                    out.push(self.import(&path, &specifier.exported.name(), span(specifier.span)));
                }
            }
            ast::ModuleDeclaration::ExportAllDeclaration(export) => {
                let source = [export.source.value.as_str()];
                out.push(match &export.exported {
                    Some(name) => self.import(&source, &name.name(), at),
                    None => {
                        let binding = self.name("*");
                        self.import_node(&source, binding, true, at)
                    }
                });
            }
            ast::ModuleDeclaration::TSExportAssignment(export) => {
                let value = self.exported_value(WHOLE, &export.expression, at);
                out.push(value);
                out.push(self.whole_as_default(at));
            }
            ast::ModuleDeclaration::TSNamespaceExportDeclaration(_) => {}
        }
    }

    fn specifier(&mut self, source: &str, specifier: &ast::ImportDeclarationSpecifier) -> NodeId {
        match specifier {
            ast::ImportDeclarationSpecifier::ImportSpecifier(own) => {
                self.import(&[source, &own.imported.name()], &own.local.name, span(own.span))
            }
            ast::ImportDeclarationSpecifier::ImportDefaultSpecifier(own) => {
                self.import(&[source, DEFAULT], &own.local.name, span(own.span))
            }
            ast::ImportDeclarationSpecifier::ImportNamespaceSpecifier(own) => {
                self.import(&[source], &own.local.name, span(own.span))
            }
        }
    }

    /// `import fs = require("fs")`, `import Part = whole.Part`.
    pub fn import_equals(&mut self, import: &ast::TSImportEqualsDeclaration, out: &mut Nodes) {
        let at = span(import.span);
        match &import.module_reference {
            ast::TSModuleReference::ExternalModuleReference(module) => {
                out.push(self.import(&[&module.expression.value], &import.id.name, at));
            }
            ast::TSModuleReference::IdentifierReference(name) => {
                let value = self.name_node(&name.name, span(name.span));
                out.push(self.exported(&import.id.name, value, at));
            }
            ast::TSModuleReference::QualifiedName(_) => {}
        }
    }

    /// A module in the middle of an expression: imported under a name of its own, and named.
    pub fn module_value(&mut self, source: &str, at: Span) -> NodeId {
        let name = format!("require({source})");
        let import = self.import(&[source], &name, at);
        let value = self.name_node(&name, at);
        self.tree.block(&[import, value], at)
    }

    pub fn dynamic_import(&mut self, source: &ast::Expression, at: Span) -> NodeId {
        match source {
            ast::Expression::StringLiteral(source) => self.module_value(&source.value, at),
            _ => {
                let source = self.expression(source);
                self.tree.other(&[source], at)
            }
        }
    }

    /// `const a = require("m")`, `const { a, b: c } = require("m")`, `const a = require("m").b`, and the same of
    /// `await import("m")`: imports. False when the value is something else.
    pub fn required(
        &mut self,
        pattern: &ast::BindingPattern,
        value: &ast::Expression,
        at: Span,
        out: &mut Nodes,
    ) -> bool {
        let (module, member) = match value.without_parentheses() {
            ast::Expression::StaticMemberExpression(member) => {
                (required_module(&member.object), Some(member.property.name.as_str()))
            }
            value => (required_module(value), None),
        };
        let Some(module) = module else { return false };
        let mut path: Vec<&str> = vec![module];
        path.extend(member);
        match pattern {
            ast::BindingPattern::BindingIdentifier(name) => {
                out.push(self.import(&path, &name.name, at));
                true
            }
            ast::BindingPattern::ObjectPattern(object) if object.rest.is_none() => {
                let names: Option<Vec<(String, String)>> = object
                    .properties
                    .iter()
                    .map(|own| {
                        Some((own.key.static_name()?.into_owned(), own.value.get_identifier_name()?.to_string()))
                    })
                    .collect();
                let Some(names) = names else { return false };
                for ((name, local), property) in names.iter().zip(&object.properties) {
                    let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
                    out.push(self.import(&path, local, span(property.span)));
                }
                true
            }
            _ => false,
        }
    }

    /// `module.exports = …`, `exports.name = …`, `module.exports.name = …`.
    pub fn exported_assignment(&mut self, assignment: &ast::AssignmentExpression, at: Span, out: &mut Nodes) -> bool {
        let ast::AssignmentTarget::StaticMemberExpression(target) = &assignment.left else { return false };
        if self.in_function || assignment.operator != ast::AssignmentOperator::Assign {
            return false;
        }
        if is_module_exports(target) {
            out.push(self.exported_value(WHOLE, &assignment.right, at));
            out.push(self.whole_as_default(at));
            return true;
        }
        let is_exports = is_export(target);
        if is_exports {
            let name = target.property.name.as_str();
            // `exports.f = f` exports what has the name already.
            let is_same = matches!(&assignment.right, ast::Expression::Identifier(own) if own.name == name);
            if !is_same {
                out.push(self.exported_value(name, &assignment.right, at));
            }
        }
        is_exports
    }

    fn whole_as_default(&mut self, at: Span) -> NodeId {
        let value = self.name_node(WHOLE, at);
        self.exported(DEFAULT, value, at)
    }
}

/// `module.exports`
pub(super) fn is_module_exports(member: &ast::StaticMemberExpression) -> bool {
    member.property.name == "exports" && member.object.is_specific_id("module")
}

/// `exports.name`, `module.exports.name`
pub(super) fn is_export(member: &ast::StaticMemberExpression) -> bool {
    match &member.object {
        ast::Expression::Identifier(name) => name.name == "exports",
        ast::Expression::StaticMemberExpression(inner) => is_module_exports(inner),
        _ => false,
    }
}

/// The module of `require("m")`, `await import("m")`.
fn required_module<'e>(value: &'e ast::Expression) -> Option<&'e str> {
    match value.without_parentheses() {
        ast::Expression::CallExpression(call) => call.common_js_require().map(|source| source.value.as_str()),
        ast::Expression::AwaitExpression(awaited) => match awaited.argument.without_parentheses() {
            ast::Expression::ImportExpression(import) => match &import.source {
                ast::Expression::StringLiteral(source) => Some(source.value.as_str()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}
