//! Macro bodies, parsed: what the tokens of a call are, for macros that are known and for those that are not.
//!
//! Bodies are parsed from the macro's own tokens, so that all spans are those of the file.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Block, Expr, Ident, Item, Lit, Pat, Stmt, Token, Type, braced, bracketed, parenthesized, token};

/// What is known of a macro by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Expressions; the first string literal from this argument on is a format string.
    Format(usize),
    /// Expressions.
    Plain,
    /// `vec!`: expressions, or `x; n`.
    Vector,
    /// `matches!`.
    Matches,
    /// `json!`.
    Json,
    /// `select!`.
    Select,
    /// `join!`, `try_join!`.
    Join,
    /// `lazy_static!`, `thread_local!`.
    Statics,
    /// `table!`: a module for a table of a database.
    Table,
    /// `cfg_if!`.
    Configuration,
    /// `stream!`: statements that run when the result is polled.
    Stream,
    /// Tokens that are not evaluated.
    Opaque,
    /// Nothing.
    Unknown,
}

/// The kind of macro with this last name.
pub(super) fn kind(name: &str) -> Kind {
    match name {
        "format" | "format_args" | "print" | "println" | "eprint" | "eprintln" | "panic" | "todo" | "unreachable"
        | "unimplemented" => Kind::Format(0),
        "info" | "debug" | "warn" | "error" | "trace" | "event" | "log" | "span" | "info_span" | "debug_span"
        | "warn_span" | "error_span" | "trace_span" | "log_enabled" => Kind::Format(0),
        "anyhow" | "bail" | "format_err" | "eyre" | "miette" => Kind::Format(0),
        "write" | "writeln" | "assert" | "debug_assert" | "ensure" => Kind::Format(1),
        "assert_eq" | "assert_ne" | "debug_assert_eq" | "debug_assert_ne" => Kind::Format(2),
        "dbg"
        | "concat"
        | "env"
        | "option_env"
        | "include"
        | "include_str"
        | "include_bytes"
        | "pin"
        | "try"
        | "query"
        | "query_as"
        | "query_scalar"
        | "query_file"
        | "query_file_as"
        | "query_file_scalar"
        | "query_unchecked"
        | "query_as_unchecked"
        | "query_scalar_unchecked"
        | "migrate" => Kind::Plain,
        "vec" | "smallvec" => Kind::Vector,
        "matches" | "assert_matches" | "debug_assert_matches" => Kind::Matches,
        "json" => Kind::Json,
        "select" | "select_biased" => Kind::Select,
        "join" | "try_join" => Kind::Join,
        "lazy_static" | "thread_local" => Kind::Statics,
        "table" => Kind::Table,
        "cfg_if" => Kind::Configuration,
        "stream" | "try_stream" => Kind::Stream,
        "quote"
        | "quote_spanned"
        | "parse_quote"
        | "parse_quote_spanned"
        | "stringify"
        | "asm"
        | "global_asm"
        | "macro_rules" => Kind::Opaque,
        _ => Kind::Unknown,
    }
}

/// Does this macro never return?
pub(super) fn never_returns(name: &str) -> bool {
    matches!(name, "panic" | "todo" | "unreachable" | "unimplemented" | "bail")
}

/// A parsed body.
pub(super) enum Body {
    /// Could not be parsed, or is not to be.
    Nothing,
    /// Expressions between commas.
    Arguments(Vec<Argument>),
    /// `x; n`.
    Repeat(Box<Expr>, Box<Expr>),
    /// `e, pattern if guard`, and what follows.
    Matches(Box<Expr>, Box<syn::Arm>, Vec<Argument>),
    /// A JSON document.
    Json(Json),
    /// The branches of `select!`.
    Select(Vec<Branch>),
    /// The definitions of `lazy_static!`.
    Statics(Vec<Static>),
    /// The names of the tables that `table!` defines.
    Tables(Vec<Ident>),
    /// Statements.
    Statements(Vec<Stmt>),
    /// Items.
    Items(Vec<Item>),
}

/// An argument of a macro.
pub(super) struct Argument {
    /// `key = value`, `target: value`.
    pub key: Option<Key>,
    /// The value.
    pub value: Expr,
    /// `key => value` gives the value here.
    pub pair: Option<Expr>,
}

/// The key of an argument; `http.method = …` is one key.
pub(super) struct Key {
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A JSON value with expressions in it.
pub(super) enum Json {
    /// `null`
    Null(Span),
    /// `[…]`
    List(Vec<Json>, Span),
    /// `{…}`
    Map(Vec<(Json, Json)>, Span),
    /// Anything else.
    Expression(Box<Expr>),
}

/// A branch of `select!`.
pub(super) struct Branch {
    /// What is bound, and the future that it comes from; `else` has none.
    pub bound: Option<(Pat, Expr)>,
    /// A future is awaited, a channel operation is not.
    pub awaits: bool,
    /// `, if condition`.
    pub guard: Option<Expr>,
    /// What runs.
    pub body: Expr,
}

/// A definition in `lazy_static!` or `thread_local!`.
pub(super) struct Static {
    /// The name.
    pub ident: Ident,
    /// The declared type.
    pub declared: Type,
    /// The initialiser.
    pub value: Expr,
}

/// Parses the body of a macro. Where items are expected they are tried first.
pub(super) fn parse(kind: Kind, tokens: TokenStream, expects_items: bool) -> Body {
    let known = match kind {
        Kind::Opaque => return Body::Nothing,
        Kind::Vector => repeat.parse2(tokens.clone()).ok(),
        Kind::Matches => matches_body.parse2(tokens.clone()).ok(),
        Kind::Json => json_body.parse2(tokens.clone()).ok(),
        Kind::Select => branches.parse2(tokens.clone()).ok().map(Body::Select),
        Kind::Statics => statics.parse2(tokens.clone()).ok().map(Body::Statics),
        Kind::Table => tables.parse2(tokens.clone()).ok().map(Body::Tables),
        Kind::Configuration => configuration.parse2(tokens.clone()).ok().map(Body::Statements),
        Kind::Stream => Block::parse_within.parse2(tokens.clone()).ok().map(Body::Statements),
        Kind::Format(_) | Kind::Plain | Kind::Join | Kind::Unknown => None,
    };
    let unknown = |input: ParseStream| {
        let items = if expects_items { attempt(input, items) } else { None };
        items.map_or_else(|| items_last(kind, input), |items| Ok(Body::Items(items)))
    };
    #[cfg(test)]
    let is_empty = tokens.is_empty();
    let body = known.or_else(|| unknown.parse2(tokens).ok()).unwrap_or(Body::Nothing);
    #[cfg(test)]
    counts::add(kind, is_empty, &body);
    body
}

fn items_last(kind: Kind, input: ParseStream) -> syn::Result<Body> {
    // Only logging macros have semicolons between arguments; elsewhere they end statements.
    let with_semicolons = matches!(kind, Kind::Format(_));
    if let Some(arguments) = attempt(input, |input| arguments(input, with_semicolons)) {
        return Ok(Body::Arguments(arguments));
    }
    if let Some(statements) = attempt(input, Block::parse_within) {
        return Ok(Body::Statements(statements));
    }
    if let Some(items) = attempt(input, items) {
        return Ok(Body::Items(items));
    }
    json_body(input)
}

/// Parses the beginning of the input, or leaves it untouched.
fn attempt_part<T>(input: ParseStream, parse: impl FnOnce(ParseStream) -> syn::Result<T>) -> Option<T> {
    let ahead = input.fork();
    let parsed = parse(&ahead).ok()?;
    input.advance_to(&ahead);
    Some(parsed)
}

/// Parses all of the input, or leaves it untouched.
fn attempt<T>(input: ParseStream, parse: impl FnOnce(ParseStream) -> syn::Result<T>) -> Option<T> {
    let ahead = input.fork();
    let parsed = parse(&ahead).ok()?;
    if !ahead.is_empty() {
        return None;
    }
    input.advance_to(&ahead);
    Some(parsed)
}

fn items(input: ParseStream) -> syn::Result<Vec<Item>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        items.push(input.parse()?);
    }
    Ok(items)
}

// Arguments

/// Expressions between commas, or also semicolons, with the keys and sigils of logging macros (`?error`, `%name`,
/// `http.method = method`, `target: "x"`), `key => value`, and the `@"…"` of inline snapshots.
fn arguments(input: ParseStream, with_semicolons: bool) -> syn::Result<Vec<Argument>> {
    let mut arguments = Vec::new();
    while !input.is_empty() {
        match attempt_part(input, argument) {
            Some(argument) => arguments.push(argument),
            // Settings before the rest: `info!({ user = id }, "…")`, `with_settings!({ a => b }, { … })`.
            None => {
                let inside;
                braced!(inside in input);
                arguments.extend(self::arguments(&inside, with_semicolons)?);
            }
        }
        if input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
        } else if with_semicolons && input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
        } else if !input.is_empty() {
            return Err(input.error("expected a comma"));
        }
    }
    Ok(arguments)
}

fn argument(input: ParseStream) -> syn::Result<Argument> {
    let key = key(input)?;
    skip_sigils(input)?;
    let value = input.parse()?;
    let mut pair = None;
    if input.peek(Token![=>]) {
        input.parse::<Token![=>]>()?;
        pair = Some(input.parse()?);
    }
    Ok(Argument { key, value, pair })
}

fn skip_sigils(input: ParseStream) -> syn::Result<()> {
    if input.peek(Token![?]) {
        input.parse::<Token![?]>()?;
    } else if input.peek(Token![%]) {
        input.parse::<Token![%]>()?;
    } else if input.peek(Token![@]) {
        input.parse::<Token![@]>()?;
    }
    Ok(())
}

fn key(input: ParseStream) -> syn::Result<Option<Key>> {
    let ahead = input.fork();
    let key = match key_text(&ahead) {
        Ok(key) => key,
        Err(_) => return Ok(None),
    };
    let ends_in_colon = ahead.peek(Token![:]) && !ahead.peek(Token![::]);
    if ends_in_colon {
        ahead.parse::<Token![:]>()?;
        // The kind of a value in `log`: `error:? = e`, `user:serde = u`.
        let is_sigil = ahead.peek(Token![?]) || ahead.peek(Token![%]);
        if is_sigil && ahead.peek2(Token![=]) {
            skip_sigils(&ahead)?;
        } else if ahead.peek(syn::Ident) && ahead.peek2(Token![=]) && !ahead.peek2(Token![==]) {
            ahead.parse::<Ident>()?;
        }
    }
    let ends_in_equals = ahead.peek(Token![=]) && !ahead.peek(Token![==]) && !ahead.peek(Token![=>]);
    if ends_in_equals {
        ahead.parse::<Token![=]>()?;
    }
    if !(ends_in_colon || ends_in_equals) {
        return Ok(None);
    }
    input.advance_to(&ahead);
    Ok(Some(key))
}

fn key_text(input: ParseStream) -> syn::Result<Key> {
    if input.peek(syn::LitStr) {
        let literal: syn::LitStr = input.parse()?;
        return Ok(Key { text: literal.value(), span: literal.span() });
    }
    let first = input.call(Ident::parse_any)?;
    let mut text = first.unraw().to_string();
    while input.peek(Token![.]) && !input.peek(Token![..]) {
        input.parse::<Token![.]>()?;
        text.push('.');
        text.push_str(&input.call(Ident::parse_any)?.unraw().to_string());
    }
    Ok(Key { text, span: first.span() })
}

// Known forms

fn repeat(input: ParseStream) -> syn::Result<Body> {
    let element = input.parse()?;
    input.parse::<Token![;]>()?;
    Ok(Body::Repeat(Box::new(element), Box::new(input.parse()?)))
}

fn matches_body(input: ParseStream) -> syn::Result<Body> {
    let subject: Expr = input.parse()?;
    let comma: Token![,] = input.parse()?;
    // Up to the next comma it is a pattern with its guard: an arm without a body.
    let mut pattern = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        pattern.extend([input.parse::<TokenTree>()?]);
    }
    if input.peek(Token![,]) {
        input.parse::<Token![,]>()?;
    }
    let yes = quote_spanned!(comma.span=> => true);
    let arm = syn::parse2(quote!(#pattern #yes))?;
    Ok(Body::Matches(Box::new(subject), Box::new(arm), arguments(input, false)?))
}

fn json_body(input: ParseStream) -> syn::Result<Body> {
    let value = json(input)?;
    if !input.is_empty() {
        return Err(input.error("expected the end of the document"));
    }
    Ok(Body::Json(value))
}

fn json(input: ParseStream) -> syn::Result<Json> {
    if input.peek(token::Brace) {
        return json_map(input);
    }
    if input.peek(token::Bracket) {
        return json_list(input);
    }
    let ahead = input.fork();
    if let Ok(word) = ahead.parse::<Ident>()
        && word == "null"
    {
        input.advance_to(&ahead);
        return Ok(Json::Null(word.span()));
    }
    input.parse().map(|value| Json::Expression(Box::new(value)))
}

fn json_map(input: ParseStream) -> syn::Result<Json> {
    let inside;
    let brace = braced!(inside in input);
    let mut entries = Vec::new();
    while !inside.is_empty() {
        let key = json(&inside)?;
        inside.parse::<Token![:]>()?;
        entries.push((key, json(&inside)?));
        if !inside.is_empty() {
            inside.parse::<Token![,]>()?;
        }
    }
    Ok(Json::Map(entries, brace.span.join()))
}

fn json_list(input: ParseStream) -> syn::Result<Json> {
    let inside;
    let bracket = bracketed!(inside in input);
    let mut elements = Vec::new();
    while !inside.is_empty() {
        elements.push(json(&inside)?);
        if !inside.is_empty() {
            inside.parse::<Token![,]>()?;
        }
    }
    Ok(Json::List(elements, bracket.span.join()))
}

/// `pattern = future => body` of tokio and futures, `receive(channel) -> pattern => body` of crossbeam.
fn branches(input: ParseStream) -> syn::Result<Vec<Branch>> {
    let ahead = input.fork();
    if let (Ok(word), Ok(_)) = (ahead.parse::<Ident>(), ahead.parse::<Token![;]>())
        && word == "biased"
    {
        input.advance_to(&ahead);
    }
    let mut branches = Vec::new();
    while !input.is_empty() {
        branches.push(branch(input)?);
    }
    Ok(branches)
}

fn branch(input: ParseStream) -> syn::Result<Branch> {
    let (bound, awaits) = branch_head(input)?;
    let mut guard = None;
    if input.peek(Token![,]) {
        input.parse::<Token![,]>()?;
        input.parse::<Token![if]>()?;
        guard = Some(input.parse()?);
    }
    input.parse::<Token![=>]>()?;
    let body = Expr::parse_with_earlier_boundary_rule(input)?;
    if input.peek(Token![,]) {
        input.parse::<Token![,]>()?;
    }
    Ok(Branch { bound, awaits, guard, body })
}

fn branch_head(input: ParseStream) -> syn::Result<(Option<(Pat, Expr)>, bool)> {
    let ahead = input.fork();
    if ahead.call(Ident::parse_any).is_ok() && ahead.peek(Token![=>]) {
        // `else`, and the `complete` and `default` of futures.
        input.advance_to(&ahead);
        return Ok((None, false));
    }
    let ahead = input.fork();
    if let Ok(pattern) = Pat::parse_multi_with_leading_vert(&ahead)
        && !ahead.peek(Token![=>])
        && ahead.parse::<Token![=]>().is_ok()
    {
        input.advance_to(&ahead);
        return Ok((Some((pattern, input.parse()?)), true));
    }
    // The arrow of crossbeam would be read as a minus: the operation has to be cut out before it is parsed.
    let operation = input.call(Ident::parse_any)?;
    let inside;
    let parentheses = parenthesized!(inside in input);
    let operands: TokenStream = inside.parse()?;
    let operands = quote_spanned!(parentheses.span.join()=> (#operands));
    let call = syn::parse2(quote!(#operation #operands))?;
    let pattern = if input.peek(Token![->]) {
        input.parse::<Token![->]>()?;
        Pat::parse_multi_with_leading_vert(input)?
    } else {
        syn::Pat::Wild(syn::PatWild { attrs: Vec::new(), underscore_token: Token![_](operation.span()) })
    };
    Ok((Some((pattern, call)), false))
}

fn statics(input: ParseStream) -> syn::Result<Vec<Static>> {
    let mut statics = Vec::new();
    while !input.is_empty() {
        input.call(Attribute::parse_outer)?;
        input.parse::<syn::Visibility>()?;
        input.parse::<Token![static]>()?;
        input.parse::<Option<Token![ref]>>()?;
        let ident = input.parse()?;
        input.parse::<Token![:]>()?;
        let declared = input.parse()?;
        input.parse::<Token![=]>()?;
        let value = input.parse()?;
        input.parse::<Option<Token![;]>>()?;
        statics.push(Static { ident, declared, value });
    }
    Ok(statics)
}

/// `schema.name (keys) { columns }`; what the columns are is not kept.
fn tables(input: ParseStream) -> syn::Result<Vec<Ident>> {
    let mut tables = Vec::new();
    while !input.is_empty() {
        while input.peek(Token![use]) {
            input.parse::<syn::ItemUse>()?;
        }
        input.call(Attribute::parse_outer)?;
        let mut name = input.call(Ident::parse_any)?;
        if input.parse::<Option<Token![.]>>()?.is_some() {
            name = input.call(Ident::parse_any)?;
        }
        let content;
        if input.peek(token::Paren) {
            let keys;
            parenthesized!(keys in input);
            keys.parse::<TokenStream>()?;
        }
        braced!(content in input);
        content.parse::<TokenStream>()?;
        tables.push(name);
    }
    Ok(tables)
}

/// All branches of `cfg_if!`, one after the other: nobody knows which of them is compiled.
fn configuration(input: ParseStream) -> syn::Result<Vec<Stmt>> {
    let mut statements = Vec::new();
    while !input.is_empty() {
        input.parse::<Option<Token![else]>>()?;
        if input.parse::<Option<Token![if]>>()?.is_some() {
            input.call(Attribute::parse_outer)?;
        }
        let inside;
        braced!(inside in input);
        statements.extend(inside.call(Block::parse_within)?);
    }
    Ok(statements)
}

/// The string literal that an argument is, if it is one.
pub(super) fn string_literal(expression: &Expr) -> Option<&syn::LitStr> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(string) => Some(string),
            _ => None,
        },
        Expr::Group(group) => string_literal(&group.expr),
        _ => None,
    }
}

/// How many bodies could be parsed, for the test over real code.
#[cfg(test)]
pub(super) mod counts {
    use std::cell::Cell;

    use super::{Body, Kind};

    thread_local! {
        static COUNTS: Cell<[[usize; 2]; 2]> = const { Cell::new([[0; 2]; 2]) };
    }

    /// Counts a body that is not empty.
    pub(in super::super) fn add(kind: Kind, is_empty: bool, body: &Body) {
        if is_empty {
            return;
        }
        let mut counts = COUNTS.get();
        let count = &mut counts[usize::from(kind == Kind::Unknown)];
        count[0] += 1;
        count[1] += usize::from(!matches!(body, Body::Nothing));
        COUNTS.set(counts);
    }

    /// Starts again.
    pub(in super::super) fn reset() {
        COUNTS.set(Default::default());
    }

    /// The counts in words.
    pub(in super::super) fn report() -> String {
        let [known, unknown] = COUNTS.get();
        format!("macro bodies parsed: {} of {} known, {} of {} unknown", known[1], known[0], unknown[1], unknown[0])
    }
}
