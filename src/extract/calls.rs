//! Call sites and the operations that are as good as one.

use super::Extractor;
use super::scope::Local;
use super::value::Value;
use crate::facts::*;
use crate::source::Span;
use crate::syntax::{Certainty, List, Name, NodeId, NodeKind, UnaryOperator};

/// An operation on a receiver that model tables know under a pseudo-name.
pub(super) struct Operation {
    pub kind: CallKind,
    pub span: Span,
    pub receiver: Value,
    pub argument: Option<(Value, Span)>,
    pub used: Use,
    /// The place that the result is assigned to, and whether it is a local variable.
    pub result: Option<(Name, bool)>,
    pub accumulates: bool,
}

/// What stands before the parentheses.
struct Callee {
    origin: OriginId,
    name: Option<Name>,
    name_span: Span,
    text: Option<Name>,
    receiver_place: Option<Name>,
    receiver_depend: Depend,
}

impl Extractor<'_> {
    /// A call. `result` is the place that it is assigned to, and whether that is a local variable.
    pub(super) fn call(&mut self, node: NodeId, used: Use, result: Option<(Name, bool)>, awaited: bool) -> Value {
        let NodeKind::Call { callee, arguments, type_arguments, certainty } = self.tree.kind(node) else {
            return self.unknown();
        };
        // Outer calls come before the calls in their receivers and arguments: closures need the number.
        let id = self.reserve_call(node);
        let callee_node = callee;
        let callee = self.callee(callee);
        // What a closure is given comes of the receiver.
        self.facts.calls[id.index()].receiver_depend = callee.receiver_depend;
        let values = self.arguments(id, arguments);
        let given = values.iter().fold(Depend::default(), |all, argument| all.or(argument.depend));
        if let (Use::Discarded, NodeKind::Member { object, .. }) = (used, self.tree.kind(callee_node)) {
            self.put_into(object, given);
        }
        let mut depend = callee.receiver_depend.or(given);
        depend.volatile |= self.all_loop_bits();
        self.fill_exposed(arguments, depend);
        let place = result.map(|(place, _)| place);
        let accumulates = place.is_some()
            && (callee.receiver_place == place
                || values.iter().any(|argument| argument.place == place)
                || self.tree.nodes_of(arguments).to_vec().iter().any(|node| self.mentions(*node, place)));
        let start = self.facts.arguments.len() as u32;
        self.facts.arguments.extend(values);
        let end = self.facts.arguments.len() as u32;
        let type_arguments = type_arguments.map(|argument| {
            let parameters = self.type_parameters.clone();
            self.own_type(argument, &parameters)
        });
        if let (Origin::Call(inner), Some(_)) = (self.facts.origin(callee.origin), callee.name)
            && inner > id
        {
            self.facts.calls[inner.index()].continued_by = Some(id);
        }
        let call = &mut self.facts.calls[id.index()];
        call.name_span = callee.name_span;
        call.callee = callee.origin;
        call.name = callee.name;
        call.text = callee.text;
        call.receiver_place = callee.receiver_place;
        call.receiver_depend = callee.receiver_depend;
        call.arguments = (start, end);
        call.used = used;
        call.awaited = awaited;
        call.result_place = place;
        call.accumulates = accumulates;
        call.result_is_local = result.is_some_and(|(_, is_local)| is_local);
        call.type_arguments = type_arguments;
        call.certain = certainty == Certainty::Certain;
        let origin = self.origin(Origin::Call(id));
        Value { origin, depend, place: None }
    }

    /// A variable that a call may write to holds what comes of the call: `fill(&row, order)`, and `fill(row, order)` where
    /// it was made just before.
    fn fill_exposed(&mut self, arguments: List, depend: Depend) {
        for node in self.tree.nodes_of(arguments) {
            let (mut root, is_exposed) = match self.tree.kind(*node) {
                NodeKind::Unary { operator: UnaryOperator::BorrowMutably, operand } => (operand, true),
                _ => (*node, false),
            };
            while let NodeKind::Member { object, .. } = self.tree.kind(root)
                && is_exposed
            {
                root = object;
            }
            if let NodeKind::Name(name) = self.tree.kind(root)
                && let Some(local) = self.locals.get(name)
                && (is_exposed || local.scope == self.scope && self.is_made_here(local.origin))
            {
                self.locals.set(name, Some(Local { depend: local.depend.or(depend), ..local }));
            }
        }
    }

    /// What a variable of the function holds depends on what is put there: `text.append(part)`, `row.name = name`. What
    /// was not made here has a life of its own.
    pub(super) fn put_into(&mut self, place: NodeId, given: Depend) {
        let mut root = place;
        while let NodeKind::Member { object, .. } | NodeKind::Index { object, .. } = self.tree.kind(root) {
            root = object;
        }
        let NodeKind::Name(name) = self.tree.kind(root) else { return };
        if let Some(local) = self.locals.get(name)
            && self.is_made_here(local.origin)
        {
            self.locals.set(name, Some(Local { depend: local.depend.or(given), ..local }));
        }
    }

    fn is_made_here(&self, origin: OriginId) -> bool {
        match self.facts.origin(origin) {
            Origin::Call(_) | Origin::Collection(..) => true,
            Origin::Ascribed(_, inner) | Origin::Borrowed(inner) => self.is_made_here(inner),
            _ => false,
        }
    }

    fn reserve_call(&mut self, node: NodeId) -> CallId {
        let id = CallId(self.facts.calls.len() as u32);
        let span = self.tree.span(node);
        let callee = self.origin(Origin::Unknown);
        let site = self.plain_site(CallKind::Call, span, callee);
        self.facts.calls.push(site);
        id
    }

    /// A call site of which only this is known, in the present scope.
    fn plain_site(&self, kind: CallKind, span: Span, callee: OriginId) -> CallSite {
        CallSite {
            kind,
            span,
            name_span: span,
            callee,
            name: None,
            text: None,
            receiver_place: None,
            receiver_depend: Depend::default(),
            arguments: (0, 0),
            scope: self.scope,
            used: Use::Other,
            awaited: false,
            continued_by: None,
            result_place: None,
            accumulates: false,
            result_is_local: false,
            type_arguments: None,
            certain: true,
        }
    }

    /// Is it the name of an imported package, and of nothing else here?
    fn is_package(&self, node: NodeId) -> bool {
        let NodeKind::Name(name) = self.tree.kind(node) else { return false };
        let is_hidden = |local: Local| !matches!(self.facts.origin(local.origin), Origin::Import(_));
        self.packages.contains(&name) && !self.locals.get(name).is_some_and(is_hidden)
    }

    fn callee(&mut self, node: NodeId) -> Callee {
        let span = self.tree.span(node);
        match self.tree.kind(node) {
            // A function of a package has no receiver.
            NodeKind::Member { object, name } if self.is_package(object) => {
                let package = self.value(object, Use::Receiver);
                let length = self.facts.names.text(name).len() as u32;
                Callee {
                    origin: self.origin(Origin::Member(package.origin, name)),
                    name: None,
                    name_span: Span { start: span.end.saturating_sub(length), end: span.end },
                    text: package.place.map(|place| self.member_place(place, name)),
                    receiver_place: None,
                    receiver_depend: Depend::default(),
                }
            }
            NodeKind::Member { object, name } => {
                let receiver = self.value(object, Use::Receiver);
                let length = self.facts.names.text(name).len() as u32;
                let text = receiver.place.map(|place| self.member_place(place, name));
                Callee {
                    origin: receiver.origin,
                    name: Some(name),
                    name_span: Span { start: span.end.saturating_sub(length), end: span.end },
                    text: text.or(Some(name)),
                    receiver_place: receiver.place,
                    receiver_depend: receiver.depend,
                }
            }
            NodeKind::Path(path) => {
                let value = self.value(node, Use::Receiver);
                let names = &self.tree.paths[path.0 as usize].names;
                let last_two = names.iter().skip(names.len().saturating_sub(2));
                let text: Vec<&str> = last_two.map(|name| self.facts.names.text(*name)).collect();
                let text = self.facts.names.intern(&text.join("::"));
                Callee {
                    origin: value.origin,
                    name: None,
                    name_span: span,
                    text: Some(text),
                    receiver_place: None,
                    receiver_depend: Depend::default(),
                }
            }
            _ => {
                let value = self.value(node, Use::Receiver);
                Callee {
                    origin: value.origin,
                    name: None,
                    name_span: span,
                    text: value.place,
                    receiver_place: None,
                    receiver_depend: value.depend,
                }
            }
        }
    }

    fn arguments(&mut self, call: CallId, arguments: List) -> Vec<Argument> {
        let mut values = Vec::with_capacity(arguments.len());
        for (place, node) in self.tree.nodes_of(arguments).iter().enumerate() {
            let (keyword, inner, is_spread) = match self.tree.kind(*node) {
                NodeKind::Keyword { name, value } => (Some(name), value, false),
                NodeKind::Spread(inner) => (None, inner, true),
                _ => (None, *node, false),
            };
            let used = match self.tree.kind(inner) {
                NodeKind::Unary { operator: UnaryOperator::Borrow | UnaryOperator::BorrowMutably, .. } => Use::Borrowed,
                _ if is_spread => Use::Iterated,
                _ => Use::Argument,
            };
            let at = place.min(u16::MAX as usize) as u16;
            let value = self.value_given_to(inner, used, call, at, keyword);
            let compared = self.compared.filter(|compared| compared.span == self.tree.span(inner));
            let of_attribute = |compared: &Comparison| matches!(self.facts.origin(compared.left), Origin::Member(..));
            self.facts.comparisons.extend(compared.filter(of_attribute));
            values.push(Argument {
                keyword,
                origin: value.origin,
                depend: value.depend,
                place: value.place,
                span: self.tree.span(inner),
                is_spread,
            });
        }
        values
    }

    /// Does a display, a hole or a borrow among the arguments hold the place?
    fn mentions(&mut self, node: NodeId, place: Option<Name>) -> bool {
        match self.tree.kind(node) {
            NodeKind::Collection { elements: list, .. } | NodeKind::String { holes: list, .. } => {
                self.tree.nodes_of(list).to_vec().iter().any(|node| self.mentions(*node, place))
            }
            NodeKind::Spread(inner) | NodeKind::Keyword { value: inner, .. } => self.mentions(inner, place),
            NodeKind::Unary { operator: UnaryOperator::Borrow, operand } => self.mentions(operand, place),
            NodeKind::Name(_) | NodeKind::Member { .. } => self.place_of(node) == place,
            _ => false,
        }
    }

    /// An operator, a membership test, an entered context: a call of a pseudo-member, named when linking.
    pub(super) fn operation(&mut self, operation: Operation) {
        let start = self.facts.arguments.len() as u32;
        if let Some((value, span)) = operation.argument {
            self.facts.arguments.push(Argument {
                keyword: None,
                origin: value.origin,
                depend: value.depend,
                place: value.place,
                span,
                is_spread: false,
            });
        }
        let arguments = (start, self.facts.arguments.len() as u32);
        let site = CallSite {
            text: operation.receiver.place,
            receiver_place: operation.receiver.place,
            receiver_depend: operation.receiver.depend,
            arguments,
            used: operation.used,
            result_place: operation.result.map(|(place, _)| place),
            accumulates: operation.accumulates,
            result_is_local: operation.result.is_some_and(|(_, is_local)| is_local),
            ..self.plain_site(operation.kind, operation.span, operation.receiver.origin)
        };
        self.facts.calls.push(site);
    }

    /// An attribute is read.
    pub(super) fn attribute(
        &mut self,
        node: NodeId,
        object: Value,
        name: Name,
        place: Option<Name>,
        used: Use,
    ) -> CallId {
        let span = self.tree.span(node);
        let length = self.facts.names.text(name).len() as u32;
        let name_span = Span { start: span.end.saturating_sub(length), end: span.end };
        let site = CallSite {
            name_span,
            name: Some(name),
            text: place.or(Some(name)),
            receiver_place: object.place,
            receiver_depend: object.depend,
            used,
            ..self.plain_site(CallKind::Attribute, span, object.origin)
        };
        self.facts.calls.push(site);
        CallId(self.facts.calls.len() as u32 - 1)
    }
}
