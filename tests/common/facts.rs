//! Facts as text, one line each, in the order of the source, indented by scope.
//!
//! Left out is what nearly every line would say: that a value is bound, that a loop goes through its iterable.

use laggard::extract;
use laggard::facts::*;
use laggard::lang;
use laggard::syntax::{LoopKind, Name, TypeExprId};

/// The facts of a file; its name tells the language.
pub fn dump(name: &str, source: &str) -> String {
    let extension = name.rsplit('.').next().unwrap();
    let language = lang::all().iter().find(|language| language.profile().extensions.contains(&extension)).unwrap();
    let facts = extract::facts(source, lang::parse(*language, source));
    let mut lines = Dump { facts: &facts }.lines();
    lines.sort_by_key(|line| line.at);
    lines.iter().map(|line| format!("{}{}\n", "    ".repeat(line.depth), line.text)).collect()
}

struct Line {
    /// First byte, then the order of what starts there.
    at: (u32, u8),
    depth: usize,
    text: String,
}

struct Dump<'a> {
    facts: &'a FileFacts,
}

impl Dump<'_> {
    fn lines(&self) -> Vec<Line> {
        let facts = self.facts;
        let mut lines = Vec::new();
        let mut line = |at, order, scope, text| {
            lines.push(Line { at: (at, order), depth: self.depth(scope), text });
        };
        let top = ScopeId(0);
        for import in &facts.imports {
            line(0, 0, top, self.import(import));
        }
        for module in &facts.modules {
            for (name, origin) in &module.definitions {
                if !matches!(facts.origin(*origin), Origin::Import(_) | Origin::Function(_) | Origin::Class(_)) {
                    let path: String = module.path.iter().map(|part| format!("{}.", facts.text(*part))).collect();
                    line(0, 1, top, format!("define {path}{} = {}", facts.text(*name), self.origin(*origin)));
                }
            }
        }
        for class in &facts.classes {
            line(class.name_span.start, 0, top, self.class(class));
        }
        for function in facts.functions.iter().skip(1) {
            line(function.name_span.start, 1, function.scope, self.function(function));
        }
        for of in &facts.loops {
            line(self.start_of(of), 2, of.scope, self.loop_of(of));
        }
        for closure in &facts.closures {
            line(closure.span.start, 6, closure.scope, self.closure(closure));
        }
        for (at, call) in facts.calls.iter().enumerate() {
            if call.kind != CallKind::Iterate {
                line(call.span.start, 5, call.scope, format!("    {}", self.call(at, call)));
            }
        }
        for binding in &facts.bindings {
            line(binding.span.start, 3, binding.scope, format!("    {}", self.binding(binding)));
        }
        for hold in &facts.holds {
            line(hold.span.start, 4, hold.scope, format!("    {}", self.hold(hold)));
        }
        for write in facts.writes.iter().filter(|write| write.kind != WriteKind::Assign) {
            line(write.span.start, 4, write.scope, format!("    {}", self.write(write)));
        }
        lines
    }

    /// Functions, loops and closures around, the scope itself not counted.
    fn depth(&self, scope: ScopeId) -> usize {
        let counts = |scope: &Scope| {
            matches!(scope.kind, ScopeKind::Loop(_) | ScopeKind::Closure(_))
                || (scope.kind == ScopeKind::Function && scope.function.0 != 0)
        };
        self.facts.scopes_from(scope).filter(|(_, scope)| counts(scope)).count().saturating_sub(1)
    }

    /// Where a loop starts; what a comprehension does in each turn is written before its header.
    fn start_of(&self, of: &Loop) -> u32 {
        let (first, end) = of.region.calls;
        let body = self.facts.calls[first as usize..end as usize].iter().map(|call| call.span.start);
        body.chain([of.header.start]).min().unwrap_or_default()
    }

    fn import(&self, import: &Import) -> String {
        let path = self.import_path(import);
        let is_star = self
            .facts
            .modules
            .iter()
            .any(|module| module.stars.iter().any(|star| std::ptr::eq(&self.facts.imports[star.index()], import)));
        match (is_star, import.binds_root) {
            (true, _) => format!("import all of {path}"),
            (_, true) => format!("import {path} by its root {}", self.facts.text(import.binding)),
            _ => format!("import {path} as {}", self.facts.text(import.binding)),
        }
    }

    fn import_path(&self, import: &Import) -> String {
        let path: Vec<&str> = import.path.iter().map(|name| self.facts.text(*name)).collect();
        ".".repeat(import.level as usize) + &path.join(".")
    }

    fn class(&self, class: &Class) -> String {
        let bases: Vec<String> = class.bases.iter().map(|base| self.origin(*base)).collect();
        let field = |field: &Field| format!("{} = {}", self.facts.text(field.name), self.origin(field.origin));
        let fields: Vec<String> = class.fields.iter().map(field).collect();
        let what = if class.extended.is_some() { "extension of" } else { "class" };
        format!("{what} {}({}) {{{}}}", self.facts.text(class.name), bases.join(", "), fields.join(", "))
    }

    fn function(&self, function: &Function) -> String {
        let is_async = if function.is_async { "async " } else { "" };
        let module = &self.facts.modules[function.module.index()];
        let class = function.class.map(|class| self.facts.class(class).name);
        let class: String =
            module.path.iter().copied().chain(class).map(|name| format!("{}.", self.facts.text(name))).collect();
        let names: Vec<&str> =
            function.parameters.iter().map(|own| own.name.map_or("_", |name| self.facts.text(name))).collect();
        let name = self.facts.text(function.name);
        let origins = |what: &str, list: &[OriginId]| match list {
            [] => String::new(),
            list => format!(" {what} {}", list.iter().map(|id| self.origin(*id)).collect::<Vec<_>>().join(" or ")),
        };
        let returns = origins("returns", &function.returns)
            + &origins("yields", &function.yields)
            + &origins("decorated by", &function.decorators);
        format!("{is_async}function {class}{name}({}){returns}", names.join(", "))
    }

    fn loop_of(&self, of: &Loop) -> String {
        let kind = match of.kind {
            LoopKind::For => "for",
            LoopKind::While => "while",
            LoopKind::Infinite => "loop",
            _ => "comprehension",
        };
        let target = of.target.map_or(String::new(), |name| format!(" {}", self.facts.text(name)));
        let iterable = of.iterable.map_or(String::new(), |origin| format!(" in {}", self.origin(origin)));
        let exits = if of.exits_early { ", exits early" } else { "" };
        format!("{} {kind}{target}{iterable}{exits}", of.class.word())
    }

    fn closure(&self, closure: &Closure) -> String {
        let target = closure.target.map_or("", |name| self.facts.text(name));
        let given = match (closure.given_to, closure.keyword) {
            (None, _) => String::new(),
            (Some((call, _)), Some(keyword)) => {
                format!(" given to {} as {}", self.callee(self.facts.call(call)), self.facts.text(keyword))
            }
            (Some((call, at)), None) => format!(" given to {} as {at}", self.callee(self.facts.call(call))),
        };
        let is_async = if closure.is_async { "async " } else { "" };
        format!("{is_async}closure({target}){given}")
    }

    fn call(&self, at: usize, call: &CallSite) -> String {
        let kind = match call.kind {
            CallKind::Call => "call".to_owned(),
            CallKind::Operator(operator) => format!("operator {operator:?} on"),
            CallKind::Update(operator) => format!("update {operator:?} of"),
            kind => format!("{kind:?}").to_lowercase(),
        };
        let arguments = self.facts.arguments_of(call);
        let shown: Vec<String> = arguments.iter().map(|argument| self.argument(argument)).collect();
        let mut text = format!("{at}: {kind} {}({})", self.callee(call), shown.join(", "));
        let mut note = |what: String, depend: Depend| {
            let names = self.depends_on(call.scope, depend);
            if !names.is_empty() {
                text += &format!("; {what} from {}", names.join(", "));
            }
        };
        note("receiver".to_owned(), call.receiver_depend);
        for (at, argument) in arguments.iter().enumerate() {
            note(format!("argument {at}"), argument.depend);
        }
        for (_, around) in self.facts.scopes_from(call.scope) {
            match around.kind {
                ScopeKind::Async(Some((of, at))) => {
                    text += &format!("; in an async block given to {} as {at}", self.callee(self.facts.call(of)));
                }
                ScopeKind::Async(None) => text += "; in an async block",
                ScopeKind::OneTurn(1) => text += "; in the last turn",
                ScopeKind::OneTurn(ended) => text += &format!("; in the last turn of {ended} loops"),
                ScopeKind::Handler => text += "; after a failure",
                _ => {}
            }
        }
        if call.awaited {
            text += "; awaited";
        }
        if call.accumulates {
            text += "; accumulates";
        }
        text + &format!("; {:?}", call.used).to_lowercase()
    }

    fn callee(&self, call: &CallSite) -> String {
        let callee = self.origin(call.callee);
        call.name.map_or(callee.clone(), |name| format!("{callee}.{}", self.facts.text(name)))
    }

    fn argument(&self, argument: &Argument) -> String {
        let star = if argument.is_spread { "*" } else { "" };
        let keyword = argument.keyword.map_or(String::new(), |name| format!("{}=", self.facts.text(name)));
        format!("{star}{keyword}{}", self.origin(argument.origin))
    }

    /// Loop variables and parameters, by name.
    fn depends_on(&self, scope: ScopeId, depend: Depend) -> Vec<String> {
        let facts = self.facts;
        let mut names = Vec::new();
        for (_, around) in facts.scopes_from(scope) {
            let name = match around.kind {
                ScopeKind::Loop(id) => facts.loop_of(id).target,
                ScopeKind::Closure(id) => facts.closure(id).target,
                _ => continue,
            };
            let name = name.map_or("the loop", |name| facts.text(name));
            for (bits, how) in [(depend.element, ""), (depend.carried, "carried in "), (depend.volatile, "calls in ")] {
                if bits & around.bit() != 0 {
                    names.push(format!("{how}{name}"));
                }
            }
        }
        let function = facts.function(facts.scope(scope).function);
        for (at, parameter) in function.parameters.iter().enumerate() {
            if depend.parameters & (1 << at) != 0 {
                names.push(format!("parameter {}", parameter.name.map_or("_", |name| facts.text(name))));
            }
        }
        names
    }

    fn binding(&self, binding: &Binding) -> String {
        let uses: Vec<String> = binding.uses.iter().map(|site| format!("{:?}", site.kind).to_lowercase()).collect();
        let uses = if uses.is_empty() { "unused".to_owned() } else { uses.join(", ") };
        let shared = if binding.is_shared { ", shared" } else { "" };
        format!("let {} = {}: {uses}{shared}", self.facts.text(binding.name), self.origin(binding.origin))
    }

    fn hold(&self, hold: &Hold) -> String {
        let name = hold.name.map_or("", |name| self.facts.text(name));
        let is_async = if hold.is_async { "async " } else { "" };
        let calls = hold.region.calls;
        format!("{is_async}hold {name} = {} over calls {}..{}", self.origin(hold.origin), calls.0, calls.1)
    }

    fn write(&self, write: &Write) -> String {
        let how = match write.kind {
            WriteKind::Update(operator) => format!("{operator:?}"),
            kind => format!("{kind:?}"),
        };
        let local = if write.is_local { "local " } else { "" };
        format!("write {local}{} by {}", self.facts.text(write.place), how.to_lowercase())
    }

    /// An origin in words.
    fn origin(&self, id: OriginId) -> String {
        let facts = self.facts;
        let text = |name: Name| facts.text(name).to_owned();
        let of = |what: &str, id: OriginId| format!("{what} {}", self.origin(id));
        let list = |start, end| {
            facts.origin_list(start, end).iter().map(|id| self.origin(*id)).collect::<Vec<_>>().join(" or ")
        };
        match facts.origin(id) {
            Origin::Unknown => "?".to_owned(),
            Origin::Global(_, name) => text(name),
            Origin::Import(import) => {
                let import = &facts.imports[import.index()];
                if import.binds_root { text(import.binding) } else { self.import_path(import) }
            }
            Origin::Function(id) => format!("function {}", text(facts.function(id).name)),
            Origin::Class(id) => format!("class {}", text(facts.class(id).name)),
            Origin::Closure(_) => "closure".to_owned(),
            Origin::Parameter(function, at) => {
                let parameter = facts.function(function).parameters.get(at as usize);
                parameter.and_then(|parameter| parameter.name).map_or("parameter".to_owned(), text)
            }
            Origin::ClosureParameter(_, at) => format!("closure parameter {at}"),
            Origin::Call(call) => format!("#{}", call.index()),
            Origin::Await(id) => of("await", id),
            Origin::Member(id, name) => format!("{}.{}", self.origin(id), text(name)),
            Origin::Element(id) => of("element of", id),
            Origin::Item(id) => of("item of", id),
            Origin::Slice(id, _) => of("slice of", id),
            Origin::Part(id, at) => of(&format!("part {at} of"), id),
            Origin::Payload(id, _, at) => of(&format!("payload {at} of"), id),
            Origin::Entered(id) => of("entered", id),
            Origin::Propagated(id) => format!("{}?", self.origin(id)),
            Origin::Declared(_, id) => format!("a {}", self.type_text(id)),
            Origin::Generic(id, _) => of("generic", id),
            Origin::String(Some(id)) => format!("{:?}", facts.strings[id.0 as usize]),
            Origin::String(None) => "text".to_owned(),
            Origin::Integer(Some(number)) => number.to_string(),
            Origin::Collection(kind, element, length) => {
                let element = element.map_or(String::new(), |id| of(" of", id));
                let length = length.map_or(String::new(), |length| format!("{length} "));
                format!("{length}{}{element}", format!("{kind:?}").to_lowercase())
            }
            Origin::Tuple(start, end) => format!("({})", list(start, end).replace(" or ", ", ")),
            Origin::Generator(id) => of("generator of", id),
            Origin::Operation(operator, id) => format!("{operator:?} of {}", self.origin(id)).to_lowercase(),
            Origin::Borrowed(id) => format!("&{}", self.origin(id)),
            Origin::Ascribed(declared, value) => format!("{} as {}", self.origin(value), self.origin(declared)),
            Origin::Join(start, end) => format!("({})", list(start, end)),
            other => format!("{other:?}").to_lowercase(),
        }
    }

    fn type_text(&self, id: TypeExprId) -> String {
        let of = &self.facts.types[id.0 as usize];
        let names: Vec<&str> = of.names.iter().map(|name| self.facts.text(*name)).collect();
        let arguments: Vec<String> = of.arguments.iter().map(|argument| self.type_text(*argument)).collect();
        let arguments = if arguments.is_empty() { String::new() } else { format!("<{}>", arguments.join(", ")) };
        let form = if names.is_empty() { format!("{:?}", of.form).to_lowercase() } else { names.join(".") };
        form + &arguments
    }
}
