//! Migrations, as their text tells: a module that gives a function to go forward and one to go back.
//!
//! Knows what a module exports at its top level, and nothing of who runs it.

use oxc_ast::ast;

/// Is it a module that exports functions `up` and `down`, or an object of such as a whole? What goes forward needs
/// something to work with: it takes it, or waits for it.
pub(super) fn is_migration(program: &ast::Program) -> bool {
    // Most modules have no such name.
    let names = |name: &str| program.source_text.contains(name);
    names(FORWARD) && names(BACK) && Exports::of(program).is_migration()
}

const FORWARD: &str = "up";
const BACK: &str = "down";

/// What a module gives under the two names.
#[derive(Clone, Copy, Default)]
struct Exports {
    goes_forward: bool,
    goes_back: bool,
}

impl Exports {
    fn of(program: &ast::Program) -> Exports {
        let mut exports = Exports::default();
        for statement in &program.body {
            match statement {
                ast::Statement::ExportDeclaration(export) => exports.add_declaration(&export.declaration),
                ast::Statement::ExportDefaultDeclaration(export) => {
                    if let Some(value) = export.declaration.as_expression() {
                        exports.add_whole(program, value);
                    }
                }
                ast::Statement::ExportNamedDeclaration(export) => {
                    for specifier in &export.specifiers {
                        let (local, exported) = (specifier.local.name(), specifier.exported.name());
                        exports.add(&exported, top_level(program, &local));
                    }
                }
                ast::Statement::TSExportAssignment(export) => exports.add_whole(program, &export.expression),
                ast::Statement::ExpressionStatement(inner) => exports.add_assignment(program, &inner.expression),
                _ => {}
            }
        }
        exports
    }

    fn is_migration(self) -> bool {
        self.goes_forward && self.goes_back
    }

    fn add(&mut self, name: &str, function: Option<Function>) {
        self.goes_forward |= name == FORWARD && function.is_some_and(|function| function.is_given_something);
        self.goes_back |= name == BACK && function.is_some();
    }

    fn add_declaration(&mut self, declaration: &ast::Declaration) {
        match declaration {
            ast::Declaration::FunctionDeclaration(function) => {
                let name = function.id.as_ref().map_or("", |id| id.name.as_str());
                self.add(name, Some(Function::of(function)));
            }
            ast::Declaration::VariableDeclaration(variables) => {
                for declarator in &variables.declarations {
                    let name = declarator.id.get_identifier_name();
                    let value = declarator.init.as_ref().and_then(function);
                    self.add(name.as_ref().map_or("", |name| name.as_str()), value);
                }
            }
            _ => {}
        }
    }

    /// What the module is as a whole: an object, or the name of one.
    fn add_whole(&mut self, program: &ast::Program, value: &ast::Expression) {
        let object = match value.get_inner_expression() {
            ast::Expression::ObjectExpression(object) => Some(object),
            ast::Expression::Identifier(name) => {
                match value_of(program, &name.name).map(|it| it.get_inner_expression()) {
                    Some(ast::Expression::ObjectExpression(object)) => Some(object),
                    _ => None,
                }
            }
            _ => None,
        };
        for property in object.iter().flat_map(|object| &object.properties) {
            if let ast::ObjectPropertyKind::ObjectProperty(property) = property
                && let Some(name) = property.key.static_name()
            {
                let own = function(&property.value);
                let named = match &property.value {
                    ast::Expression::Identifier(value) => top_level(program, &value.name),
                    _ => None,
                };
                self.add(&name, own.or(named));
            }
        }
    }

    /// `module.exports = …`, `exports.up = …`, `module.exports.up = …`.
    fn add_assignment(&mut self, program: &ast::Program, expression: &ast::Expression) {
        let ast::Expression::AssignmentExpression(assignment) = expression else { return };
        let ast::AssignmentTarget::StaticMemberExpression(target) = &assignment.left else { return };
        if super::imports::is_module_exports(target) {
            self.add_whole(program, &assignment.right);
        } else if super::imports::is_export(target) {
            let named = match &assignment.right {
                ast::Expression::Identifier(value) => top_level(program, &value.name),
                _ => None,
            };
            self.add(&target.property.name, function(&assignment.right).or(named));
        }
    }
}

/// What matters of a function.
#[derive(Clone, Copy)]
struct Function {
    /// It has parameters, or is asynchronous.
    is_given_something: bool,
}

impl Function {
    fn of(function: &ast::Function) -> Function {
        Function { is_given_something: function.r#async || !function.params.items.is_empty() }
    }
}

/// The function that a value is.
fn function(value: &ast::Expression) -> Option<Function> {
    match value.get_inner_expression() {
        ast::Expression::ArrowFunctionExpression(arrow) => {
            Some(Function { is_given_something: arrow.r#async || !arrow.params.items.is_empty() })
        }
        ast::Expression::FunctionExpression(function) => Some(Function::of(function)),
        _ => None,
    }
}

/// The function that has a name at the top level of a module.
fn top_level(program: &ast::Program, name: &str) -> Option<Function> {
    let declared = program.body.iter().find_map(|statement| match statement {
        ast::Statement::FunctionDeclaration(function) => {
            function.id.as_ref().is_some_and(|id| id.name == name).then(|| Function::of(function))
        }
        _ => None,
    });
    declared.or_else(|| value_of(program, name).and_then(function))
}

/// The value of a variable at the top level of a module.
fn value_of<'p, 'a>(program: &'p ast::Program<'a>, name: &str) -> Option<&'p ast::Expression<'a>> {
    let variables = program.body.iter().filter_map(|statement| match statement {
        ast::Statement::VariableDeclaration(variables) => Some(&variables.declarations),
        _ => None,
    });
    let mut declarators = variables.flatten();
    let own = declarators.find(|own| own.id.get_identifier_name().is_some_and(|own| own == name))?;
    own.init.as_ref()
}
