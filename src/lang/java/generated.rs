//! What annotations say of a class: that a program wrote it, or which methods a program writes for it.

use tree_sitter::Node;

use super::grammar::{Field, Kind};
use super::lower::Lowering;
use crate::lang::lowering::{all_in_field, in_field};
use crate::syntax::{Name, NodeId};

impl<'t> Lowering<'t> {
    /// Did a program write the class, as one of its annotations says?
    pub(super) fn is_generated(&self, annotations: &[Name]) -> bool {
        annotations.iter().any(|name| self.tree.names.text(*name) == "Generated")
    }

    /// Methods that annotations make a program write: those that give fields (`@Getter`, `@Data`, `@Value` of Lombok).
    pub(super) fn written_by_annotations(
        &mut self,
        annotations: &[Name],
        body: Option<Node<'t>>,
        members: &mut Vec<NodeId>,
    ) {
        let gives_all = annotations.iter().any(|name| gives_fields(self.tree.names.text(*name)));
        let Some(body) = body else { return };
        for field in self.named(body).collect::<Vec<_>>() {
            if self.kind(field) != Kind::FieldDeclaration {
                continue;
            }
            let parts = self.parts(field);
            let modifiers = parts.iter().find(|(_, part)| self.kind(*part) == Kind::Modifiers);
            let modifiers = modifiers.map_or("", |(_, node)| self.text_of(*node));
            if !gives_all && !modifiers.contains("@Getter") || modifiers.split_whitespace().any(|word| word == "static")
            {
                continue;
            }
            let Some(declared) = in_field(&parts, Field::Type) else { continue };
            for declarator in all_in_field(&parts, Field::Declarator).collect::<Vec<_>>() {
                self.getter(declarator, declared, members);
            }
        }
    }

    fn getter(&mut self, declarator: Node<'t>, declared: Node<'t>, members: &mut Vec<NodeId>) {
        let Some(name) = in_field(&self.parts(declarator), Field::Name) else { return };
        let is_test = self.kind(declared) == Kind::BooleanType;
        let method = getter_name(self.text_of(name), is_test);
        let is_written =
            self.state.scope.classes.last().is_some_and(|class| class.methods.contains_key(method.as_str()));
        if !is_written {
            members.push(self.accessor(&method, name, declared));
        }
    }
}

fn gives_fields(annotation: &str) -> bool {
    matches!(annotation, "Getter" | "Data" | "Value")
}

/// `getName`, `isPaid`.
fn getter_name(field: &str, is_test: bool) -> String {
    let field = if is_test {
        field.strip_prefix("is").filter(|rest| rest.starts_with(char::is_uppercase)).unwrap_or(field)
    } else {
        field
    };
    let mut letters = field.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    format!("{}{first}{}", if is_test { "is" } else { "get" }, letters.as_str())
}
