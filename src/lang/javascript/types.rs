//! Types as they are written.
//!
//! What may be missing is the type of what may be there (`T | null` is `T`), and so is what only says which part of a
//! type is meant, or how it may be used (`Readonly<T>`, `Partial<T>`, `Pick<T, …>`).

use oxc_ast::ast;
use oxc_span::GetSpan;

use super::functions::Place;
use super::lower::{Lowering, span};
use crate::source::Span;
use crate::syntax::{Name, NodeId, TypeExprId, TypeForm};

/// Types that have the members of their first argument, or some of them.
const TRANSPARENT: &[&str] =
    &["Awaited", "DeepPartial", "NoInfer", "NonNullable", "Omit", "Partial", "Pick", "Readonly", "Required"];

/// Other names of the same type.
const SAME: &[(&str, &str)] = &[
    ("ReadonlyArray", "Array"),
    ("ReadonlyMap", "Map"),
    ("ReadonlySet", "Set"),
    ("PromiseLike", "Promise"),
    ("Record", "Object"),
];

impl Lowering<'_> {
    pub fn unknown_type(&mut self) -> TypeExprId {
        self.tree.type_expr(TypeForm::Unknown, Vec::new(), Vec::new())
    }

    pub fn named_type(&mut self, name: &str, arguments: Vec<TypeExprId>) -> TypeExprId {
        let name = self.name(name);
        self.tree.type_expr(TypeForm::Named, vec![name], arguments)
    }

    pub fn annotation(&mut self, annotation: Option<&ast::TSTypeAnnotation>) -> Option<TypeExprId> {
        annotation.map(|annotation| self.type_expr(&annotation.type_annotation))
    }

    /// The declared result of a function, without the promise that `async` adds.
    pub fn result_type(&mut self, annotation: Option<&ast::TSTypeAnnotation>, is_async: bool) -> Option<TypeExprId> {
        let annotation = &annotation?.type_annotation;
        if is_async
            && let ast::TSType::TSTypeReference(reference) = annotation
            && let ast::TSTypeName::IdentifierReference(name) = &reference.type_name
            && name.name == "Promise"
            && let Some(inner) = reference.type_arguments.as_ref().and_then(|types| types.params.first())
        {
            return Some(self.type_expr(inner));
        }
        Some(self.type_expr(annotation))
    }

    pub fn type_expr(&mut self, written: &ast::TSType) -> TypeExprId {
        let lowered = self.nested(span(written.span()), |lowering| lowering.type_form(written));
        lowered.unwrap_or_else(|| self.unknown_type())
    }

    fn type_form(&mut self, written: &ast::TSType) -> TypeExprId {
        match written {
            ast::TSType::TSStringKeyword(_) | ast::TSType::TSTemplateLiteralType(_) => {
                self.named_type("String", Vec::new())
            }
            ast::TSType::TSNumberKeyword(_) | ast::TSType::TSBigIntKeyword(_) => self.named_type("Number", Vec::new()),
            ast::TSType::TSBooleanKeyword(_) | ast::TSType::TSTypePredicate(_) => {
                self.named_type("Boolean", Vec::new())
            }
            ast::TSType::TSLiteralType(literal) => self.literal_type(&literal.literal),
            ast::TSType::TSThisType(_) => self.named_type("Self", Vec::new()),
            ast::TSType::TSArrayType(array) => {
                let element = self.type_expr(&array.element_type);
                self.named_type("Array", vec![element])
            }
            ast::TSType::TSTupleType(tuple) => {
                let parts = tuple.element_types.iter().map(|part| self.tuple_part(part)).collect();
                self.tree.type_expr(TypeForm::Tuple, Vec::new(), parts)
            }
            ast::TSType::TSUnionType(union) => self.union_type(&union.types),
            ast::TSType::TSTypeLiteral(literal) if literal.members.iter().any(tells) => {
                self.nameless(written, |lowering, name, at| lowering.members(name, Vec::new(), &literal.members, at))
            }
            ast::TSType::TSIntersectionType(all) if all.types.iter().any(has_telling_members) => {
                self.nameless(written, |lowering, name, at| lowering.merged(name, all, |base| base, at))
            }
            // All of them hold; the first that says something tells most of its members.
            ast::TSType::TSIntersectionType(all) => {
                let parts: Vec<TypeExprId> = all.types.iter().map(|part| self.type_expr(part)).collect();
                let is_known = |part: &&TypeExprId| self.tree.types[part.0 as usize].form != TypeForm::Unknown;
                let known = parts.iter().find(is_known).copied();
                known.unwrap_or_else(|| self.unknown_type())
            }
            ast::TSType::TSParenthesizedType(inner) => self.type_expr(&inner.type_annotation),
            ast::TSType::TSTypeOperatorType(inner) if inner.operator == ast::TSTypeOperatorOperator::Readonly => {
                self.type_expr(&inner.type_annotation)
            }
            ast::TSType::TSFunctionType(function) => {
                let mut parts: Vec<TypeExprId> = Vec::new();
                for parameter in &function.params.items {
                    let part = self.annotation(parameter.type_annotation.as_deref());
                    parts.push(part.unwrap_or_else(|| self.unknown_type()));
                }
                parts.push(self.type_expr(&function.return_type.type_annotation));
                self.tree.type_expr(TypeForm::Callable, Vec::new(), parts)
            }
            ast::TSType::TSTypeQuery(query) => self.of_value(query, TypeForm::OfValue),
            ast::TSType::TSIndexedAccessType(access) => self.indexed_type(access),
            ast::TSType::TSTypeReference(reference) => self.type_reference(reference),
            ast::TSType::JSDocNullableType(inner) => self.type_expr(&inner.type_annotation),
            ast::TSType::JSDocNonNullableType(inner) => self.type_expr(&inner.type_annotation),
            ast::TSType::TSNamedTupleMember(inner) => self.tuple_part(&inner.element_type),
            _ => self.unknown_type(),
        }
    }

    /// A type whose members are listed where it is used: an interface with a name that nobody else says.
    fn nameless(&mut self, written: &ast::TSType, define: impl FnOnce(&mut Self, Place, Span) -> NodeId) -> TypeExprId {
        let at = span(written.span());
        let name = format!("type@{}", at.start);
        let definition = define(self, (&name, at), at);
        self.nameless.push(definition);
        self.named_type(&name, Vec::new())
    }

    fn literal_type(&mut self, literal: &ast::TSLiteral) -> TypeExprId {
        match literal {
            ast::TSLiteral::StringLiteral(_) | ast::TSLiteral::TemplateLiteral(_) => {
                self.named_type("String", Vec::new())
            }
            ast::TSLiteral::BooleanLiteral(_) => self.named_type("Boolean", Vec::new()),
            _ => self.named_type("Number", Vec::new()),
        }
    }

    fn tuple_part(&mut self, part: &ast::TSTupleElement) -> TypeExprId {
        match part {
            ast::TSTupleElement::TSOptionalType(inner) => self.type_expr(&inner.type_annotation),
            ast::TSTupleElement::TSRestType(inner) => self.type_expr(&inner.type_annotation),
            _ => match part.as_ts_type() {
                Some(inner) => self.type_expr(inner),
                None => self.unknown_type(),
            },
        }
    }

    /// A union without what stands for nothing: what is left may be a single type.
    fn union_type(&mut self, parts: &[ast::TSType]) -> TypeExprId {
        let mut alternatives: Vec<TypeExprId> = Vec::new();
        for part in parts {
            if matches!(
                part,
                ast::TSType::TSNullKeyword(_) | ast::TSType::TSUndefinedKeyword(_) | ast::TSType::TSVoidKeyword(_)
            ) {
                continue;
            }
            let id = self.type_expr(part);
            let same = |own: &TypeExprId| self.tree.types[own.0 as usize] == self.tree.types[id.0 as usize];
            if !alternatives.iter().any(same) {
                alternatives.push(id);
            }
        }
        match *alternatives {
            [] => self.unknown_type(),
            [only] => only,
            _ => self.tree.type_expr(TypeForm::Union, Vec::new(), alternatives),
        }
    }

    fn type_reference(&mut self, reference: &ast::TSTypeReference) -> TypeExprId {
        let arguments = reference.type_arguments.as_deref().map_or(&[][..], |types| &types.params);
        if let ast::TSTypeName::IdentifierReference(name) = &reference.type_name {
            let name = name.name.as_str();
            if let Some(lowered) = self.type_about_value(name, arguments) {
                return lowered;
            }
            if let (true, Some(inner)) = (TRANSPARENT.contains(&name), arguments.first()) {
                return self.type_expr(inner);
            }
            if let Some((_, same)) = SAME.iter().find(|(other, _)| *other == name) {
                let arguments = arguments.iter().map(|argument| self.type_expr(argument)).collect();
                return self.named_type(same, arguments);
            }
        }
        let Some(names) = self.type_path(&reference.type_name) else { return self.unknown_type() };
        let arguments = arguments.iter().map(|argument| self.type_expr(argument)).collect();
        self.tree.type_expr(TypeForm::Named, names, arguments)
    }

    /// A type that is said by a value: `ReturnType<typeof f>`, `InstanceType<typeof C>`.
    fn type_about_value(&mut self, name: &str, arguments: &[ast::TSType]) -> Option<TypeExprId> {
        let argument = arguments.first()?;
        match (name, argument) {
            ("ReturnType", ast::TSType::TSTypeQuery(query)) => Some(self.of_value(query, TypeForm::ResultOf)),
            ("InstanceType", ast::TSType::TSTypeQuery(query)) => Some(self.of_value(query, TypeForm::Named)),
            ("Awaited", argument) => match only_argument(argument, "ReturnType") {
                Some(ast::TSType::TSTypeQuery(query)) => Some(self.of_value(query, TypeForm::AwaitedResultOf)),
                _ => only_argument(argument, "Promise").map(|inner| self.type_expr(inner)),
            },
            _ => None,
        }
    }

    fn of_value(&mut self, query: &ast::TSTypeQuery, form: TypeForm) -> TypeExprId {
        let names = query.expr_name.as_ts_type_name().and_then(|written| self.type_path(written));
        match names {
            Some(names) => self.tree.type_expr(form, names, Vec::new()),
            None => self.unknown_type(),
        }
    }

    /// The type of a member, or `Parameters<Parameters<M>[0]>[0]`: what a method gives to what it is handed,
    /// `typeof db.transaction` or `Database["transaction"]`.
    fn indexed_type(&mut self, access: &ast::TSIndexedAccessType) -> TypeExprId {
        let handed = first_parameter(access).and_then(|inner| match inner {
            ast::TSType::TSIndexedAccessType(inner) => first_parameter(inner),
            _ => None,
        });
        match handed {
            Some(ast::TSType::TSTypeQuery(method)) => self.of_value(method, TypeForm::GivenBy),
            Some(ast::TSType::TSIndexedAccessType(method)) => self.of_member(method, TypeForm::GivenBy),
            Some(_) => self.unknown_type(),
            None => self.of_member(access, TypeForm::MemberOf),
        }
    }

    /// `Database["transaction"]`
    fn of_member(&mut self, access: &ast::TSIndexedAccessType, form: TypeForm) -> TypeExprId {
        let ast::TSType::TSLiteralType(literal) = &access.index_type else { return self.unknown_type() };
        let ast::TSLiteral::StringLiteral(name) = &literal.literal else { return self.unknown_type() };
        let names = vec![self.name(&name.value)];
        let owner = self.type_expr(&access.object_type);
        self.tree.type_expr(form, names, vec![owner])
    }

    /// The names of `a.b.C`.
    pub fn type_path(&mut self, written: &ast::TSTypeName) -> Option<Vec<Name>> {
        let mut names = Vec::new();
        let mut part = written;
        while let ast::TSTypeName::QualifiedName(qualified) = part {
            names.push(self.name(&qualified.right.name));
            part = &qualified.left;
        }
        let ast::TSTypeName::IdentifierReference(root) = part else { return None };
        names.push(self.name(&root.name));
        names.reverse();
        Some(names)
    }

    pub fn type_parameters(
        &mut self,
        parameters: Option<&ast::TSTypeParameterDeclaration>,
    ) -> Vec<(Name, Option<TypeExprId>)> {
        let Some(parameters) = parameters else { return Vec::new() };
        let lower = |parameter: &ast::TSTypeParameter| {
            let bound = parameter.constraint.as_ref().map(|bound| self.type_expr(bound));
            (self.tree.names.intern(&parameter.name.name), bound)
        };
        parameters.params.iter().map(lower).collect()
    }
}

/// Has a type a list of members that says more than texts, numbers and the like?
fn has_telling_members(written: &ast::TSType) -> bool {
    matches!(written, ast::TSType::TSTypeLiteral(literal) if literal.members.iter().any(tells))
}

/// Is a member of a type that has members itself?
fn tells(member: &ast::TSSignature) -> bool {
    let ast::TSSignature::TSPropertySignature(property) = member else { return false };
    property.type_annotation.as_ref().is_some_and(|annotation| has_members(&annotation.type_annotation))
}

fn has_members(written: &ast::TSType) -> bool {
    match written {
        ast::TSType::TSTypeReference(_) | ast::TSType::TSTypeQuery(_) | ast::TSType::TSIndexedAccessType(_) => true,
        ast::TSType::TSArrayType(array) => has_members(&array.element_type),
        ast::TSType::TSUnionType(union) => union.types.iter().any(has_members),
        ast::TSType::TSParenthesizedType(inner) => has_members(&inner.type_annotation),
        ast::TSType::TSTypeLiteral(_) => has_telling_members(written),
        _ => false,
    }
}

/// The type argument of `name<…>`.
fn only_argument<'w, 'a>(written: &'w ast::TSType<'a>, name: &str) -> Option<&'w ast::TSType<'a>> {
    let ast::TSType::TSTypeReference(reference) = written else { return None };
    let ast::TSTypeName::IdentifierReference(own) = &reference.type_name else { return None };
    let [only] = &reference.type_arguments.as_ref()?.params[..] else { return None };
    (own.name == name).then_some(only)
}

/// `F` of `Parameters<F>[0]`.
fn first_parameter<'w, 'a>(access: &'w ast::TSIndexedAccessType<'a>) -> Option<&'w ast::TSType<'a>> {
    let ast::TSType::TSLiteralType(literal) = &access.index_type else { return None };
    let ast::TSLiteral::NumericLiteral(number) = &literal.literal else { return None };
    only_argument(&access.object_type, "Parameters").filter(|_| number.value == 0.0)
}
