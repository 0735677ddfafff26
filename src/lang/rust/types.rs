//! Types, bounds and type parameters.

use proc_macro2::Ident;
use syn::punctuated::Punctuated;
use syn::{GenericArgument, PathArguments, ReturnType, Token, Type, TypeParamBound};

use crate::source::Span;
use crate::syntax::{Name, TypeExprId, TypeForm};

use super::lower::Lowering;
use super::positions::at;

/// Traits that say nothing about what a value can do; another bound beside them is the telling one.
const MARKERS: &[&str] = &["Send", "Sync", "Sized", "Unpin", "UnwindSafe", "RefUnwindSafe", "Copy", "Clone"];

impl Lowering {
    pub(super) fn type_expr(&mut self, ty: &Type) -> TypeExprId {
        self.deeper(|lowering| lowering.type_here(ty))
    }

    fn type_here(&mut self, ty: &Type) -> TypeExprId {
        match ty {
            Type::Path(path) => self.path_type(path.qself.as_ref(), &path.path),
            Type::Reference(reference) => {
                let form = match reference.mutability {
                    Some(_) => TypeForm::MutableReference,
                    None => TypeForm::Reference,
                };
                self.wrapped_type(form, &reference.elem)
            }
            Type::Ptr(pointer) => self.wrapped_type(TypeForm::MutableReference, &pointer.elem),
            Type::Slice(slice) => self.wrapped_type(TypeForm::Slice, &slice.elem),
            Type::Array(array) => self.wrapped_type(TypeForm::Array, &array.elem),
            Type::Paren(inner) => self.type_expr(&inner.elem),
            Type::Group(inner) => self.type_expr(&inner.elem),
            Type::Tuple(tuple) => {
                let parts = tuple.elems.iter().map(|part| self.type_expr(part)).collect();
                self.tree.type_expr(TypeForm::Tuple, Vec::new(), parts)
            }
            Type::ImplTrait(implemented) => self.bounds_or_unknown(&implemented.bounds),
            Type::TraitObject(object) => self.bounds_or_unknown(&object.bounds),
            Type::FnPtr(function) => self.callable(function.inputs.iter().map(|input| &input.ty), &function.output),
            _ => self.unknown_type(),
        }
    }

    fn unknown_type(&mut self) -> TypeExprId {
        self.tree.type_expr(TypeForm::Unknown, Vec::new(), Vec::new())
    }

    fn wrapped_type(&mut self, form: TypeForm, inner: &Type) -> TypeExprId {
        let inner = self.type_expr(inner);
        self.tree.type_expr(form, Vec::new(), vec![inner])
    }

    fn path_type(&mut self, qualified: Option<&syn::QSelf>, path: &syn::Path) -> TypeExprId {
        if let Some(PathArguments::Parenthesized(signature)) = path.segments.last().map(|last| &last.arguments) {
            return self.callable(signature.inputs.iter().map(|input| &input.ty), &signature.output);
        }
        let Some(names) = self.path_names(qualified, path) else { return self.unknown_type() };
        let arguments = self.last_type_arguments(path);
        self.tree.type_expr(TypeForm::Named, names, arguments)
    }

    /// The names of a path. `<T as Trait>::f` has those of `T`, if that is a path, and then `f`.
    pub(super) fn path_names(&mut self, qualified: Option<&syn::QSelf>, path: &syn::Path) -> Option<Vec<Name>> {
        let mut names = Vec::with_capacity(path.segments.len());
        let mut skipped = 0;
        if let Some(qualified) = qualified {
            names = self.deeper(|lowering| lowering.plain_type_names(&qualified.ty))?;
            skipped = qualified.position;
        }
        names.extend(path.segments.iter().skip(skipped).map(|segment| self.name(&segment.ident)));
        Some(names)
    }

    fn plain_type_names(&mut self, ty: &Type) -> Option<Vec<Name>> {
        match ty {
            Type::Path(path) => self.path_names(path.qself.as_ref(), &path.path),
            Type::Paren(inner) => self.plain_type_names(&inner.elem),
            Type::Group(inner) => self.plain_type_names(&inner.elem),
            _ => None,
        }
    }

    fn last_type_arguments(&mut self, path: &syn::Path) -> Vec<TypeExprId> {
        match path.segments.last().map(|last| &last.arguments) {
            Some(PathArguments::AngleBracketed(arguments)) => self.type_arguments(arguments),
            _ => Vec::new(),
        }
    }

    /// Types among generic arguments; `Item = T` gives `T`, lifetimes and constants give nothing.
    pub(super) fn type_arguments(&mut self, arguments: &syn::AngleBracketedGenericArguments) -> Vec<TypeExprId> {
        let types = arguments.args.iter().filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(self.type_expr(ty)),
            GenericArgument::AssocType(binding) => Some(self.type_expr(&binding.ty)),
            _ => None,
        });
        types.collect()
    }

    fn callable<'t>(&mut self, inputs: impl Iterator<Item = &'t Type>, output: &ReturnType) -> TypeExprId {
        let mut parts: Vec<TypeExprId> = inputs.map(|input| self.type_expr(input)).collect();
        let result = self.return_type(output);
        parts.push(match result {
            Some(result) => result,
            None => self.tree.type_expr(TypeForm::Tuple, Vec::new(), Vec::new()),
        });
        self.tree.type_expr(TypeForm::Callable, Vec::new(), parts)
    }

    pub(super) fn return_type(&mut self, output: &ReturnType) -> Option<TypeExprId> {
        match output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(self.type_expr(ty)),
        }
    }

    fn bounds_or_unknown(&mut self, bounds: &Punctuated<TypeParamBound, Token![+]>) -> TypeExprId {
        match self.bounds(bounds) {
            Some(bound) => bound,
            None => self.unknown_type(),
        }
    }

    /// The first trait that is not a marker, or else the first trait.
    fn bounds(&mut self, bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<TypeExprId> {
        let traits = || {
            bounds.iter().filter_map(|bound| match bound {
                TypeParamBound::Trait(bound) if bound.maybe.is_none() => Some(&bound.path),
                _ => None,
            })
        };
        let path = traits().find(|path| !is_marker(path)).or_else(|| traits().next())?;
        let lowered = self.deeper(|lowering| lowering.path_type(None, path));
        let bound = &mut self.tree.types[lowered.0 as usize];
        if bound.form == TypeForm::Named {
            bound.form = TypeForm::Trait;
        }
        Some(lowered)
    }

    pub(super) fn type_parameters(&mut self, generics: &syn::Generics) -> Vec<(Name, Option<TypeExprId>)> {
        let mut parameters: Vec<(Name, Option<TypeExprId>)> = Vec::new();
        for parameter in generics.type_params() {
            let name = self.name(&parameter.ident);
            let bound = self.bounds(&parameter.bounds);
            parameters.push((name, bound));
        }
        let Some(clause) = &generics.where_clause else { return parameters };
        for predicate in &clause.predicates {
            let syn::WherePredicate::Type(predicate) = predicate else { continue };
            let Some(ident) = single_name(&predicate.bounded_ty) else { continue };
            let name = self.name(ident);
            if let Some(index) = parameters.iter().position(|known| known.0 == name && known.1.is_none()) {
                parameters[index].1 = self.bounds(&predicate.bounds);
            }
        }
        parameters
    }

    /// The last name of the type that an `impl` extends, and where it stands.
    pub(super) fn extended_name(&mut self, ty: &Type) -> (Name, Span) {
        let mut ty = ty;
        loop {
            ty = match ty {
                Type::Reference(reference) => &reference.elem,
                Type::Ptr(pointer) => &pointer.elem,
                Type::Paren(inner) => &inner.elem,
                Type::Group(inner) => &inner.elem,
                _ => break,
            };
        }
        let path = match ty {
            Type::Path(path) => Some(&path.path),
            Type::TraitObject(object) => first_trait(&object.bounds),
            Type::ImplTrait(implemented) => first_trait(&implemented.bounds),
            _ => None,
        };
        if let Some(last) = path.and_then(|path| path.segments.last()) {
            return (self.name(&last.ident), at(last.ident.span()));
        }
        let name = match ty {
            Type::Slice(_) => "slice",
            Type::Array(_) => "array",
            Type::Tuple(_) => "tuple",
            Type::FnPtr(_) => "fn",
            _ => "_",
        };
        (self.intern(name), Span::default())
    }
}

fn first_trait(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<&syn::Path> {
    bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => Some(&bound.path),
        _ => None,
    })
}

fn is_marker(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|last| MARKERS.iter().any(|marker| last.ident == marker))
}

fn single_name(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) if path.qself.is_none() => path.path.get_ident(),
        _ => None,
    }
}
