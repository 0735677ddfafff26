//! Expressions: where their value comes from, what it depends on, and the place that they name.

use super::scope::{Leaves, leaves};
use super::{Extractor, ReturnsTo};
use crate::facts::*;
use crate::syntax::{
    CollectionKind, ComprehensionKind, FunctionNodeId, List, Name, NodeId, NodeKind, Operator, PathNodeId,
    UnaryOperator,
};

/// What is known of an expression.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    pub origin: OriginId,
    pub depend: Depend,
    /// The place that it names (`x`, `self.items`), if it names one.
    pub place: Option<Name>,
}

/// The most values of a list that are kept apart.
const MOST_MADE_TOGETHER: usize = 16;

/// The call that a closure or async block is given to.
type GivenTo = Option<(CallId, u16, Option<Name>)>;

impl Extractor<'_> {
    /// The value of an expression that is used as `used` says.
    pub(super) fn value(&mut self, node: NodeId, used: Use) -> Value {
        stacker::maybe_grow(96 * 1024, 2 * 1024 * 1024, || self.value_here(node, used))
    }

    /// The value of an argument: closures learn which call they are given to.
    pub(super) fn value_given_to(
        &mut self,
        node: NodeId,
        used: Use,
        call: CallId,
        at: u16,
        keyword: Option<Name>,
    ) -> Value {
        match self.tree.kind(node) {
            NodeKind::Closure(function) => self.closure(function, node, Some((call, at, keyword))),
            NodeKind::AsyncBlock(body) => self.async_block(body, Some((call, at))),
            NodeKind::Unary { operator: UnaryOperator::Borrow, operand } => {
                let value = self.value_given_to(operand, Use::Borrowed, call, at, keyword);
                let origin = self.origin(Origin::Borrowed(value.origin));
                Value { origin, ..value }
            }
            _ => {
                let value = self.value(node, used);
                if let Origin::Closure(closure) = self.facts.origin(value.origin) {
                    let closure = &mut self.facts.closures[closure.index()];
                    closure.given_to = closure.given_to.or(Some((call, at)));
                }
                value
            }
        }
    }

    fn value_here(&mut self, node: NodeId, used: Use) -> Value {
        match self.tree.kind(node) {
            NodeKind::Name(name) => self.name(name, node, used),
            NodeKind::Path(path) => self.path(path),
            NodeKind::Member { object, name } => self.member(node, object, name, used),
            NodeKind::Index { object, index } => self.index(object, index),
            NodeKind::Call { .. } => self.call(node, used, None, false),
            NodeKind::Await(inner) => self.awaited(node, inner, used, None),
            NodeKind::Propagate(inner) => {
                let value = self.value(inner, used);
                self.derived(value, Origin::Propagated(value.origin))
            }
            NodeKind::Cast { value, target } => {
                let value = self.value(value, used);
                let declared = self.declared(target);
                let origin = match self.facts.origin(value.origin) {
                    // The interface that a closure stands for says nothing of what it does.
                    Origin::Closure(_) => self.origin(Origin::Ascribed(declared, value.origin)),
                    _ => declared,
                };
                Value { origin, depend: value.depend, place: None }
            }
            NodeKind::String { value, holes } => self.string(value, holes),
            NodeKind::Bytes => self.constant(Origin::Bytes),
            NodeKind::Integer(value) => self.constant(Origin::Integer(value)),
            NodeKind::Float => self.constant(Origin::Float),
            NodeKind::Character => self.constant(Origin::Character),
            NodeKind::Bool(value) => self.constant(Origin::Bool(Some(value))),
            NodeKind::Null => self.constant(Origin::Null),
            // One of several results is returned as a single one is.
            NodeKind::Collection { kind: CollectionKind::Tuple, elements }
                if used == Use::Returned && self.tree.several_results =>
            {
                self.several(elements, used)
            }
            NodeKind::Collection { kind, elements } => self.collection(node, kind, elements, None),
            NodeKind::Comprehension { kind, body } => self.comprehension(kind, body),
            NodeKind::Range { start, end, step } => {
                let mut depend = Depend::default();
                for part in [start, end, step].into_iter().flatten() {
                    depend = depend.or(self.value(part, Use::Other).depend);
                }
                let origin = self.origin(Origin::Range);
                Value { origin, depend, place: None }
            }
            NodeKind::Binary { operator, left, right } => self.binary(node, operator, left, right, used, None),
            NodeKind::Unary { operator, operand } => self.unary(operator, operand, used),
            NodeKind::Membership { needle, container } => self.membership(node, needle, container, used),
            NodeKind::Closure(function) => self.closure(function, node, None),
            NodeKind::AsyncBlock(body) => self.async_block(body, None),
            NodeKind::If { condition, then, otherwise } => self.conditional(condition, then, otherwise, used),
            NodeKind::Match { subject, arms } => self.match_statement(subject, arms, used),
            NodeKind::Block(list) => self.block_value(list, used),
            NodeKind::Assign { target, operator, value } => self.assign(target, operator, value),
            NodeKind::LetCondition { .. } => {
                self.condition(node);
                self.unknown()
            }
            NodeKind::Yield(value) => {
                if let Some(value) = value {
                    let origin = match self.tree.kind(value) {
                        NodeKind::Element(all) => {
                            let all = self.value(all, Use::Iterated);
                            self.derived(all, Origin::Element(all.origin)).origin
                        }
                        _ => self.value(value, Use::Returned).origin,
                    };
                    let yields = &mut self.facts.functions[self.function.index()].yields;
                    if yields.len() < 32 {
                        yields.push(origin);
                    }
                }
                self.unknown()
            }
            NodeKind::Spread(inner) => {
                let value = self.value(inner, Use::Iterated);
                self.derived(value, Origin::Element(value.origin))
            }
            NodeKind::Keyword { value, .. } => self.value(value, used),
            NodeKind::Pair { key, value } => {
                let key = self.value(key, used);
                let value = self.value(value, used);
                Value { origin: key.origin, depend: key.depend.or(value.depend), place: None }
            }
            NodeKind::Other(list) => {
                let mut depend = Depend::default();
                for part in self.tree.nodes_of(list) {
                    depend = depend.or(self.value(*part, Use::Other).depend);
                }
                Value { depend, ..self.unknown() }
            }
            NodeKind::Wildcard => self.unknown(),
            _ => {
                self.statement(node);
                self.unknown()
            }
        }
    }

    /// The value of an expression that is assigned to a place.
    pub(super) fn value_for(&mut self, node: NodeId, place: Name, is_local: bool) -> Value {
        let result = Some((place, is_local));
        let used = if is_local { Use::Bound } else { Use::Stored };
        match self.tree.kind(node) {
            NodeKind::Call { .. } => self.call(node, used, result, false),
            NodeKind::Await(inner) => self.awaited(node, inner, used, result),
            NodeKind::Propagate(inner) => {
                let value = self.value_for(inner, place, is_local);
                self.derived(value, Origin::Propagated(value.origin))
            }
            NodeKind::Binary { operator, left, right } => self.binary(node, operator, left, right, used, result),
            NodeKind::Collection { kind, elements } => self.collection(node, kind, elements, result),
            NodeKind::String { value, holes } if self.in_loop() => {
                let grows = self.tree.nodes_of(holes).iter().find(|hole| self.place_of(**hole) == Some(place));
                if let Some(hole) = grows.copied() {
                    let receiver = self.value(hole, Use::Formatted);
                    self.operation(super::calls::Operation {
                        kind: CallKind::Operator(Operator::Add),
                        span: self.tree.span(node),
                        receiver,
                        argument: None,
                        used,
                        result,
                        accumulates: true,
                    });
                }
                self.string(value, holes)
            }
            _ => self.value(node, used),
        }
    }

    pub(super) fn unknown(&mut self) -> Value {
        self.constant(Origin::Unknown)
    }

    fn constant(&mut self, origin: Origin) -> Value {
        let origin = self.origin(origin);
        Value { origin, depend: Depend::default(), place: None }
    }

    fn derived(&mut self, value: Value, origin: Origin) -> Value {
        let origin = self.origin(origin);
        Value { origin, depend: value.depend, place: None }
    }

    fn name(&mut self, name: Name, node: NodeId, used: Use) -> Value {
        let Some(local) = self.locals.get(name) else {
            let mut depend = Depend::default();
            let mut origin = None;
            if name == self.known.superclass && used == Use::Receiver {
                // `super.find()` is a method of the class that is extended, on the very object.
                origin = self.superclass();
                let own = self.receiver.and_then(|receiver| self.locals.get(receiver));
                depend = own.map_or(depend, |own| own.depend);
            }
            let origin = origin.unwrap_or_else(|| self.origin(Origin::Global(self.module, name)));
            return Value { origin, depend, place: Some(name) };
        };
        if let Some(binding) = local.binding {
            let site = UseSite {
                kind: used,
                span: self.tree.span(node),
                scope: self.scope,
                statement: self.statement,
                place: name,
                place_kind: used,
            };
            let binding = &mut self.facts.bindings[binding.index()];
            // Beyond a few dozen reads no rule asks for each.
            if binding.uses.len() < 32 {
                binding.uses.push(site);
            } else {
                binding.is_shared = true;
            }
        }
        if matches!(used, Use::Argument | Use::Returned | Use::Stored) {
            self.end_hold_of(name);
        }
        // The bits of loops that it was made in say nothing of the loops that stand around the read.
        let mut depend = local.depend.within(self.shared_depth(local.scope));
        for (scope, names) in &self.loop_names {
            if names.contains_key(&name) && !self.is_within(local.scope, *scope) {
                depend.carried |= self.facts.scope(*scope).bit();
            }
        }
        self.captured = self.captured.or(depend);
        Value { origin: local.origin, depend, place: Some(name) }
    }

    /// The class that the class around extends first.
    fn superclass(&self) -> Option<OriginId> {
        self.facts.class(self.self_class?).bases.first().copied()
    }

    /// Is `inner` the scope `outer`, or inside it?
    fn is_within(&self, inner: ScopeId, outer: ScopeId) -> bool {
        // Scopes are numbered in the order of entry, so an outer scope has the smaller number.
        let mut scope = Some(inner);
        while let Some(id) = scope {
            if id <= outer {
                return id == outer;
            }
            scope = self.facts.scope(id).parent;
        }
        false
    }

    /// A static path: nested members of its first name.
    fn path(&mut self, path: PathNodeId) -> Value {
        let path = &self.tree.paths[path.0 as usize];
        let Some((first, rest)) = path.names.split_first() else { return self.unknown() };
        let mut origin = self.path_root(*first);
        for (at, name) in rest.iter().enumerate() {
            origin = self.typed_segment(origin, path, at);
            origin = self.origin(Origin::Member(origin, *name));
        }
        origin = self.typed_segment(origin, path, rest.len());
        Value { origin, depend: Depend::default(), place: None }
    }

    fn path_root(&mut self, first: Name) -> OriginId {
        if first == self.known.self_type
            && let Some(class) = self.self_class
        {
            return self.self_type(class);
        }
        // A function or class defined in this very body; anything else is a name of the module.
        let local = self.locals.get(first).map(|local| self.facts.origin(local.origin));
        match local {
            Some(origin @ (Origin::Import(_) | Origin::Class(_) | Origin::Function(_))) => self.origin(origin),
            _ => self.origin(Origin::Global(self.module, first)),
        }
    }

    fn self_type(&mut self, class: ClassId) -> OriginId {
        let Some(extended) = self.facts.class(class).extended else { return self.origin(Origin::Class(class)) };
        let names = self.facts.types[extended.0 as usize].names.clone();
        let Some((first, rest)) = names.split_first() else { return self.origin(Origin::Unknown) };
        let mut origin = self.origin(Origin::Global(self.module, *first));
        for name in rest {
            origin = self.origin(Origin::Member(origin, *name));
        }
        origin
    }

    fn typed_segment(&mut self, origin: OriginId, path: &crate::syntax::PathNode, at: usize) -> OriginId {
        if path.arguments_at != at || path.type_arguments.is_empty() {
            return origin;
        }
        let parameters = self.type_parameters.clone();
        for argument in &path.type_arguments {
            self.own_type(*argument, &parameters);
        }
        let generic = crate::syntax::TypeExpr {
            form: crate::syntax::TypeForm::Tuple,
            names: Vec::new(),
            arguments: path.type_arguments.clone(),
        };
        self.facts.types.push(generic);
        let id = crate::syntax::TypeExprId(self.facts.types.len() as u32 - 1);
        self.origin(Origin::Generic(origin, id))
    }

    fn member(&mut self, node: NodeId, object: NodeId, name: Name, used: Use) -> Value {
        let object_value = self.value(object, Use::Receiver);
        let place = object_value.place.map(|place| self.member_place(place, name));
        if let Some(place) = place {
            self.use_of_part(object, place, used);
        }
        if self.tree.reads_call {
            // What it gives is what the call gives, if it is one.
            let call = self.attribute(node, object_value, name, place, used);
            let origin = self.origin(Origin::Call(call));
            return Value { origin, depend: object_value.depend, place };
        }
        let origin = self.origin(Origin::Member(object_value.origin, name));
        if self.tree.attributes_run_code && !self.is_import_path(object_value.origin) {
            self.attribute(node, object_value, name, place, used);
        }
        Value { origin, depend: object_value.depend, place }
    }

    /// The variable at the root of `object` is read for a part of it only.
    fn use_of_part(&mut self, mut object: NodeId, place: Name, used: Use) {
        while let NodeKind::Member { object: inner, .. } = self.tree.kind(object) {
            object = inner;
        }
        let NodeKind::Name(name) = self.tree.kind(object) else { return };
        let binding = self.locals.get(name).and_then(|local| local.binding);
        let last = binding.and_then(|binding| self.facts.bindings[binding.index()].uses.last_mut());
        if let Some(site) = last.filter(|site| site.span == self.tree.span(object)) {
            (site.place, site.place_kind) = (place, used);
        }
    }

    /// A path into an imported module: reading it runs nothing.
    fn is_import_path(&self, origin: OriginId) -> bool {
        match self.facts.origin(origin) {
            Origin::Import(_) | Origin::Class(_) | Origin::Function(_) => true,
            Origin::Member(inner, _) => self.is_import_path(inner),
            _ => false,
        }
    }

    fn index(&mut self, object: NodeId, index: NodeId) -> Value {
        let used = if self.is_end(index) { Use::FirstOrLast } else { Use::Indexed };
        let value = self.value(object, used);
        let index_value = self.value(index, Use::Other);
        let depend = value.depend.or(index_value.depend);
        let origin = match self.tree.kind(index) {
            NodeKind::Range { .. } => Origin::Slice(value.origin, self.slice_length(index)),
            _ => Origin::Item(value.origin),
        };
        let origin = self.origin(origin);
        Value { origin, depend, place: None }
    }

    /// How many elements a slice with this range has at the most.
    pub(super) fn slice_length(&self, range: NodeId) -> Option<u32> {
        let NodeKind::Range { start, end, .. } = self.tree.kind(range) else { return None };
        let number = |node: NodeId| match self.tree.kind(node) {
            NodeKind::Integer(value) => value,
            NodeKind::Unary { operator: UnaryOperator::Negate, operand } => match self.tree.kind(operand) {
                NodeKind::Integer(value) => value.map(|value| -value),
                _ => None,
            },
            _ => None,
        };
        let length = match (start.map(number), end.map(number)) {
            (None, Some(Some(end))) if end >= 0 => end,
            (Some(Some(start)), Some(Some(end))) if start >= 0 && end >= start => end - start,
            // The last few.
            (Some(Some(start)), None) if start < 0 => -start,
            _ => self.added_to(start?, end?)?,
        };
        u32::try_from(length).ok()
    }

    /// The number that a value is, added to another one: `start + 500` to `start`.
    fn added_to(&self, start: NodeId, end: NodeId) -> Option<i64> {
        let NodeKind::Binary { operator: Operator::Add, left, right } = self.tree.kind(end) else { return None };
        let (NodeKind::Name(name), NodeKind::Name(same)) = (self.tree.kind(start), self.tree.kind(left)) else {
            return None;
        };
        match self.tree.kind(right) {
            NodeKind::Integer(length) if name == same => length,
            _ => None,
        }
    }

    /// Does an index name the first or the last position?
    fn is_end(&self, index: NodeId) -> bool {
        match self.tree.kind(index) {
            NodeKind::Integer(value) => value == Some(0),
            NodeKind::Unary { operator: UnaryOperator::Negate, operand } => {
                matches!(self.tree.kind(operand), NodeKind::Integer(Some(1)))
            }
            _ => false,
        }
    }

    pub(super) fn awaited(&mut self, node: NodeId, inner: NodeId, used: Use, result: Option<(Name, bool)>) -> Value {
        let value = match self.tree.kind(inner) {
            NodeKind::Call { .. } => self.call(inner, used, result, true),
            _ => self.value(inner, used),
        };
        self.await_site(self.tree.span(node), value.origin);
        self.derived(value, Origin::Await(value.origin))
    }

    fn string(&mut self, text: Option<crate::syntax::StringId>, holes: List) -> Value {
        let mut depend = Depend::default();
        for hole in self.tree.nodes_of(holes) {
            let value = self.value(*hole, Use::Formatted);
            depend = depend.or(value.depend);
            self.put_into_text(*hole, value);
        }
        let origin = self.origin(Origin::String(text));
        Value { origin, depend, place: None }
    }

    /// A value becomes part of a text.
    fn put_into_text(&mut self, node: NodeId, value: Value) {
        let is_value = matches!(
            self.tree.kind(node),
            NodeKind::Name(_) | NodeKind::Member { .. } | NodeKind::Index { .. } | NodeKind::Call { .. }
        );
        if is_value && self.tree.texts_run_code {
            self.operation(super::calls::Operation {
                kind: CallKind::Format,
                span: self.tree.span(node),
                receiver: value,
                argument: None,
                used: Use::Formatted,
                result: None,
                accumulates: false,
            });
        }
    }

    /// Closures around learn that a part of what they are given is compared with something else.
    fn note_equation(&mut self, left: Depend, right: Depend) {
        let mut around = Some(self.scope);
        while let Some(scope) = around {
            let scope = self.facts.scope(scope);
            around = scope.parent;
            if let ScopeKind::Closure(id) = scope.kind {
                let bit = scope.bit();
                self.facts.closures[id.index()].equates |= (left.element & bit == 0) != (right.element & bit == 0);
            }
        }
    }

    /// `"… %s …" % values`.
    fn put_all_into_text(&mut self, node: NodeId, values: Value) {
        match (self.tree.kind(node), self.facts.origin(values.origin)) {
            (NodeKind::Collection { elements, .. }, Origin::Tuple(start, end)) => {
                let parts = self.facts.origin_list(start, end).to_vec();
                for (node, origin) in self.tree.nodes_of(elements).iter().zip(parts) {
                    let place = self.place_of(*node);
                    self.put_into_text(*node, Value { origin, depend: values.depend, place });
                }
            }
            _ => self.put_into_text(node, values),
        }
    }

    /// Several values side by side, each of which is used as `used` says.
    fn several(&mut self, elements: List, used: Use) -> Value {
        let values: Vec<Value> = self.tree.nodes_of(elements).iter().map(|node| self.value(*node, used)).collect();
        let depend = values.iter().fold(Depend::default(), |depend, value| depend.or(value.depend));
        let origins: Vec<OriginId> = values.iter().map(|value| value.origin).collect();
        let (start, end) = self.origin_range(&origins);
        let origin = self.origin(Origin::Tuple(start, end));
        Value { origin, depend, place: None }
    }

    fn collection(
        &mut self,
        node: NodeId,
        kind: CollectionKind,
        elements: List,
        result: Option<(Name, bool)>,
    ) -> Value {
        let mut depend = Depend::default();
        let mut origins = Vec::new();
        let mut entries = Vec::new();
        let mut certain = true;
        for element in self.tree.nodes_of(elements) {
            if let NodeKind::Spread(inner) = self.tree.kind(*element) {
                certain = false;
                let value = self.value(inner, Use::Iterated);
                depend = depend.or(value.depend);
                let element = self.origin(Origin::Element(value.origin));
                origins.push(element);
                if kind == CollectionKind::Map {
                    entries.push((None, value.origin, value.depend));
                }
                if self.in_loop() {
                    self.operation(super::calls::Operation {
                        kind: CallKind::Spread,
                        span: self.tree.span(node),
                        receiver: value,
                        argument: None,
                        used: Use::Bound,
                        result,
                        accumulates: result.is_some_and(|(place, _)| value.place == Some(place)),
                    });
                }
                continue;
            }
            let value = match self.tree.kind(*element) {
                NodeKind::Pair { key, value } => {
                    let (key_value, value) = (self.value(key, Use::Stored), self.value(value, Use::Stored));
                    if let NodeKind::String { value: Some(key), .. } = self.tree.kind(key) {
                        entries.push((Some(key), value.origin, value.depend));
                    }
                    Value { origin: key_value.origin, depend: key_value.depend.or(value.depend), place: None }
                }
                _ => self.value(*element, Use::Stored),
            };
            depend = depend.or(value.depend);
            origins.push(value.origin);
        }
        let is_made = |origin: &OriginId| {
            matches!(self.facts.origin(*origin), Origin::Call(_) | Origin::Await(_) | Origin::Join(..))
        };
        // Lists of names in class bodies say what the class shows. Of what is made side by side each has a type of its own:
        // `[load(), count()]`.
        let is_told_apart =
            self.class.is_some() || (2..=MOST_MADE_TOGETHER).contains(&origins.len()) && origins.iter().any(is_made);
        if kind == CollectionKind::List && certain && is_told_apart {
            entries = origins.iter().map(|origin| (None, *origin, Depend::default())).collect();
        }
        let length = certain.then_some(origins.len() as u32);
        let origin = match kind {
            CollectionKind::Tuple => {
                let (start, end) = self.origin_range(&origins);
                Origin::Tuple(start, end)
            }
            _ => {
                origins.truncate(4);
                let element = (!origins.is_empty()).then(|| self.join(&origins));
                Origin::Collection(kind, element, length)
            }
        };
        let origin = self.origin(origin);
        let entries = entries.into_iter();
        let entries = entries.map(|(key, value, depend)| Entry { holder: origin, key, value, depend });
        self.facts.entries.extend(entries);
        Value { origin, depend, place: None }
    }

    fn comprehension(&mut self, kind: ComprehensionKind, body: NodeId) -> Value {
        let mark = self.locals.mark();
        let mut element = None;
        self.comprehension_clause(body, &mut element);
        self.locals.undo(mark);
        let element = element.unwrap_or_else(|| self.unknown());
        let origin = match kind {
            ComprehensionKind::List => Origin::Collection(CollectionKind::List, Some(element.origin), None),
            ComprehensionKind::Set => Origin::Collection(CollectionKind::Set, Some(element.origin), None),
            ComprehensionKind::Map => Origin::Collection(CollectionKind::Map, Some(element.origin), None),
            ComprehensionKind::Generator => Origin::Generator(element.origin),
        };
        let origin = self.origin(origin);
        Value { origin, depend: element.depend, place: None }
    }

    fn comprehension_clause(&mut self, node: NodeId, element: &mut Option<Value>) {
        match self.tree.kind(node) {
            NodeKind::Loop(id) => {
                let span = self.tree.span(node);
                self.loop_with(id, span, &mut |extractor, body| extractor.comprehension_clause(body, element));
            }
            NodeKind::Element(inner) => *element = Some(self.value(inner, Use::Stored)),
            _ => *element = Some(self.value(node, Use::Stored)),
        }
    }

    fn binary(
        &mut self,
        node: NodeId,
        operator: Operator,
        left: NodeId,
        right: NodeId,
        used: Use,
        result: Option<(Name, bool)>,
    ) -> Value {
        let is_zero = |node| matches!(self.tree.kind(node), NodeKind::Integer(Some(0)));
        let operand_use = match operator {
            // Of a number it asks whether there are any.
            Operator::Equal | Operator::NotEqual | Operator::Compare if is_zero(left) || is_zero(right) => Use::Tested,
            Operator::Equal | Operator::NotEqual => Use::Compared,
            Operator::Compare => Use::Ordered,
            Operator::And | Operator::Or => used,
            _ => Use::Other,
        };
        let left_value = self.value(left, operand_use);
        let right_value = self.value(right, operand_use);
        let depend = left_value.depend.or(right_value.depend);
        if operator == Operator::Modulo && matches!(self.tree.kind(left), NodeKind::String { .. }) {
            self.put_all_into_text(right, right_value);
        }
        if matches!(operator, Operator::Equal | Operator::Compare) {
            let (left, right) = (left_value.origin, right_value.origin);
            self.compared = Some(Comparison { span: self.tree.span(node), operator, left, right });
        }
        if matches!(operator, Operator::Equal | Operator::NotEqual) {
            self.note_equation(left_value.depend, right_value.depend);
        }
        if operator == Operator::Equal && self.facts.scope(self.scope).depth > 1 {
            self.comparisons.push((self.tree.span(node), left_value, right_value));
        }
        if operator == Operator::Add && self.in_loop() {
            let accumulates = result.is_some_and(|(place, _)| {
                left_value.place == Some(place) || right_value.place == Some(place) || self.sums(left, place)
            });
            self.operation(super::calls::Operation {
                kind: CallKind::Operator(operator),
                span: self.tree.span(node),
                receiver: left_value,
                argument: Some((right_value, self.tree.span(right))),
                used,
                result,
                accumulates,
            });
        }
        let origin = match operator {
            Operator::Equal | Operator::NotEqual | Operator::Compare => self.origin(Origin::Bool(None)),
            Operator::And | Operator::Or => self.join(&[left_value.origin, right_value.origin]),
            _ => self.origin(Origin::Operation(operator, left_value.origin)),
        };
        Value { origin, depend, place: None }
    }

    /// Is the place the first operand of a chain of additions?
    fn sums(&mut self, node: NodeId, place: Name) -> bool {
        match self.tree.kind(node) {
            NodeKind::Binary { operator: Operator::Add, left, .. } => self.sums(left, place),
            _ => self.place_of(node) == Some(place),
        }
    }

    fn unary(&mut self, operator: UnaryOperator, operand: NodeId, used: Use) -> Value {
        match operator {
            UnaryOperator::Borrow => {
                let value = self.value(operand, Use::Borrowed);
                let origin = self.origin(Origin::Borrowed(value.origin));
                Value { origin, ..value }
            }
            UnaryOperator::BorrowMutably => {
                let value = self.value(operand, Use::Exposed);
                if let Some(place) = value.place {
                    let is_local = self.is_local_place(operand);
                    self.write(place, self.tree.span(operand), WriteKind::Exposed, value.origin, is_local);
                }
                let origin = self.origin(Origin::Borrowed(value.origin));
                Value { origin, ..value }
            }
            UnaryOperator::Dereference => self.value(operand, used),
            UnaryOperator::Not => {
                let value = self.tested(operand);
                self.derived(value, Origin::Bool(None))
            }
            UnaryOperator::Negate => {
                let value = self.value(operand, Use::Other);
                Value { place: None, ..value }
            }
        }
    }

    fn membership(&mut self, node: NodeId, needle: NodeId, container: NodeId, used: Use) -> Value {
        let needle_value = self.value(needle, Use::Compared);
        let container_value = self.value(container, Use::Other);
        self.operation(super::calls::Operation {
            kind: CallKind::Membership,
            span: self.tree.span(node),
            receiver: container_value,
            argument: Some((needle_value, self.tree.span(needle))),
            used,
            result: None,
            accumulates: false,
        });
        let origin = self.origin(Origin::Bool(None));
        Value { origin, depend: needle_value.depend.or(container_value.depend), place: None }
    }

    fn conditional(&mut self, condition: NodeId, then: NodeId, otherwise: Option<NodeId>, used: Use) -> Value {
        let mut values = Vec::new();
        self.choice(condition, then, otherwise, &mut |extractor, block| {
            let value = extractor.value(block, used);
            if leaves(extractor.tree, block) == Leaves::No {
                values.push(value);
            }
        });
        let origins: Vec<OriginId> = values.iter().map(|value| value.origin).collect();
        let depend = values.iter().fold(Depend::default(), |depend, value| depend.or(value.depend));
        let origin = if origins.is_empty() { self.origin(Origin::Unknown) } else { self.join(&origins) };
        Value { origin, depend, place: None }
    }

    /// A block in value position: its value is its last expression.
    fn block_value(&mut self, list: List, used: Use) -> Value {
        let Some((last, rest)) = self.tree.nodes_of(list).split_last() else { return self.unknown() };
        let mark = self.tree.block_scoped.then_some(self.open_holds.len());
        let mut shadowed = Vec::new();
        for node in rest {
            self.note_shadowed(*node, &mut shadowed);
            self.statement(*node);
        }
        let value = self.value(*last, used);
        if let Some(block) = mark {
            self.end_holds(block);
        }
        self.end_shadows(shadowed);
        Value { place: None, ..value }
    }

    fn closure(&mut self, function: FunctionNodeId, node: NodeId, given_to: GivenTo) -> Value {
        let syntax = &self.tree.functions[function.0 as usize];
        let id = ClosureId(self.facts.closures.len() as u32);
        let target = syntax.parameters.iter().find_map(|parameter| self.first_name(parameter.target));
        self.facts.closures.push(Closure {
            span: self.tree.span(node),
            scope: self.scope,
            given_to: given_to.map(|(call, at, _)| (call, at)),
            keyword: given_to.and_then(|(_, _, keyword)| keyword),
            target,
            returns: Vec::new(),
            is_async: syntax.is_async,
            equates: false,
            region: Region::default(),
        });
        let mark = self.locals.mark();
        let outer = self.enter(ScopeKind::Closure(id));
        let scope = self.scope;
        self.facts.closures[id.index()].scope = scope;
        let assigned = syntax.body.map(|body| super::scope::assignments(self.tree, body)).unwrap_or_default();
        self.loop_names.push((scope, assigned));
        self.returns_to.push(ReturnsTo::Closure(id));
        let start = self.position();
        let bit = self.facts.scope(scope).bit();
        let outer_captured = std::mem::take(&mut self.captured);
        self.source = crate::source::Span::default();
        let given = given_to.map_or(Depend::default(), |(call, _, _)| self.facts.call(call).receiver_depend);
        for (place, parameter) in syntax.parameters.iter().enumerate() {
            let origin = match parameter.declared {
                Some(declared) => self.declared(declared),
                None => self.origin(Origin::ClosureParameter(id, place.min(u16::MAX as usize) as u16)),
            };
            self.bind(parameter.target, origin, given.or(Depend { element: bit, ..Depend::default() }), true);
        }
        if let Some(body) = syntax.body {
            self.statement(body);
        }
        self.facts.closures[id.index()].region = self.region_from(start);
        self.returns_to.pop();
        self.loop_names.pop();
        self.leave(outer);
        self.locals.undo(mark);
        let mut depend = self.captured;
        // What it binds itself is nobody else's matter.
        depend.element &= !bit;
        depend.carried &= !bit;
        depend.volatile &= !bit;
        self.captured = outer_captured.or(depend);
        let origin = self.origin(Origin::Closure(id));
        Value { origin, depend, place: None }
    }

    fn async_block(&mut self, body: NodeId, given_to: Option<(CallId, u16)>) -> Value {
        let outer = self.enter(ScopeKind::Async(given_to));
        // `return` and `?` inside leave the block, not the function.
        self.returns_to.push(ReturnsTo::Nothing);
        let value = match self.tree.kind(body) {
            NodeKind::Block(list) => self.block_value(list, Use::Returned),
            _ => self.value(body, Use::Returned),
        };
        self.returns_to.pop();
        self.leave(outer);
        Value { place: None, ..value }
    }

    /// The place that a chain of names and attributes writes, without recording reads.
    pub(super) fn place_of(&mut self, node: NodeId) -> Option<Name> {
        match self.tree.kind(node) {
            NodeKind::Name(name) => Some(name),
            NodeKind::Member { object, name } => {
                let object = self.place_of(object)?;
                Some(self.member_place(object, name))
            }
            NodeKind::Unary {
                operator: UnaryOperator::Borrow | UnaryOperator::BorrowMutably | UnaryOperator::Dereference,
                operand,
            } => self.place_of(operand),
            _ => None,
        }
    }
}
