//! `rules/README.md` shows the whole vocabulary of rules: what the program accepts, and nothing else.
//!
//! The parts between `<!-- generated: … -->` and `<!-- end -->` come from the code; `BLESS=1 cargo test --test
//! vocabulary` rewrites them.

use std::fs;
use std::path::PathBuf;

use laggard::effect::Effect;
use laggard::facts::{LoopClass, Use};
use laggard::rule::condition::{CONDITIONS, Vocabulary, Waste};
use laggard::rule::message::FIELDS;
use quote::ToTokens;

fn path(relative: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(relative)
}

#[test]
fn the_page_on_rules_shows_the_whole_vocabulary() {
    let file = path("rules/README.md");
    let page = fs::read_to_string(&file).expect("the page on rules");
    let mut expected = page.clone();
    for (name, part) in
        [("subjects", subjects()), ("conditions", conditions()), ("effects", effects()), ("fields", fields())]
    {
        let open = format!("<!-- generated: {name} -->\n");
        let start = expected.find(&open).unwrap_or_else(|| panic!("{open}is missing")) + open.len();
        let end = start + expected[start..].find("<!-- end -->").expect("an end");
        expected.replace_range(start..end, &format!("\n{part}\n"));
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, &expected).unwrap();
    } else {
        assert!(page == expected, "rules/README.md is behind the code: `BLESS=1 cargo test --test vocabulary`");
    }
}

/// Every key of a page is explained.
#[test]
fn every_key_of_a_page_is_named() {
    let page = fs::read_to_string(path("rules/README.md")).expect("the page on rules");
    let code = syn::parse_file(&fs::read_to_string(path("src/rule/mod.rs")).unwrap()).unwrap();
    for name in ["RuleText", "MessageText"] {
        for (key, _, _) in keys(&code, name) {
            // `[where]` is called `conditions` in the code.
            let key = if key == "conditions" { "where".to_owned() } else { key };
            let is_named = page.lines().any(|line| {
                line.starts_with(&format!("{key} "))
                    || [format!("[{key}]"), format!("[[{key}]]"), format!("[[message.{key}]]")]
                        .iter()
                        .any(|head| line.starts_with(head))
            });
            assert!(is_named, "rules/README.md: the example does not show `{key}`");
        }
    }
}

fn conditions() -> String {
    let types = types_of_conditions();
    assert_eq!(types.len(), CONDITIONS.len(), "every condition has a type");
    let rows = CONDITIONS.iter().zip(&types).map(|((word, meaning), (field, value))| {
        assert_eq!(word, field);
        format!("| `{}` | {value} | {} |\n", kebab(word), meaning.trim())
    });
    let rows: String = rows.collect();
    format!(
        "| condition | value | of a finding that |\n| --- | --- | --- |\n{rows}\nA value names {}; {}; {}; or \
         parts (receiver, arguments).\n",
        LoopClass::WHAT,
        Use::WHAT,
        Waste::WHAT
    )
}

/// The fields of the macro that declares the conditions, with their types in words.
fn types_of_conditions() -> Vec<(String, &'static str)> {
    let text = fs::read_to_string(path("src/rule/condition.rs")).unwrap();
    let body = text.split("conditions! {\n").nth(1).expect("the list of conditions");
    let lines = body.lines().take_while(|line| *line != "}").filter(|line| !line.trim_start().starts_with("//"));
    lines
        .filter_map(|line| line.trim().trim_end_matches(',').split_once(": "))
        .map(|(field, value)| (field.to_owned(), value_in_words(value)))
        .collect()
}

fn value_in_words(value: &str) -> &'static str {
    match value.replace(' ', "").as_str() {
        "bool" => "true",
        "i64" | "usize" | "u16" => "number",
        "Vec<Word<LoopClass>>" => "loop classes",
        "Vec<Word<Use>>" => "uses",
        "Vec<Word<Waste>>" => "reasons",
        "Vec<Word<Effect>>" => "effects",
        "Vec<Part>" => "parts",
        "Vec<String>" => "texts",
        other => panic!("say in words what a `{other}` is"),
    }
}

fn subjects() -> String {
    let mut code = syn::parse_file(&fs::read_to_string(path("src/rule/condition.rs")).unwrap()).unwrap();
    // What may be wrong with a statement is said where statements are read.
    code.items.extend(syn::parse_file(&fs::read_to_string(path("src/sql/query.rs")).unwrap()).unwrap().items);
    let mut rows = String::from("| subject | key | meaning |\n| --- | --- | --- |\n");
    for (subject, meaning, of) in keys(&code, "SubjectText") {
        rows += &format!("| `{subject}` | | {meaning} |\n");
        let inner = of.trim_start_matches("Option<").trim_end_matches('>');
        for (key, meaning, value) in keys(&code, inner) {
            rows += &format!("| | `{key}` | {}{meaning} |\n", choices(&code, &value));
        }
    }
    rows
}

/// The words of a field whose type is an enumeration of these files.
fn choices(code: &syn::File, of: &str) -> String {
    let found = code.items.iter().find_map(|item| match item {
        syn::Item::Enum(item) if item.ident == of && item.variants.iter().all(|variant| variant.fields.is_empty()) => {
            Some(item.variants.iter().map(|variant| format!("`{}`", kebab(&snake(&variant.ident.to_string())))))
        }
        _ => None,
    });
    found.map_or(String::new(), |words| format!("{}: ", words.collect::<Vec<_>>().join(", ")))
}

/// The fields of a struct as keys: name, doc comment, type.
fn keys(code: &syn::File, name: &str) -> Vec<(String, String, String)> {
    let fields = code.items.iter().find_map(|item| match item {
        syn::Item::Struct(item) if item.ident == name => Some(&item.fields),
        _ => None,
    });
    fields
        .unwrap_or_else(|| panic!("there is no struct `{name}`"))
        .iter()
        .map(|field| {
            let docs = field.attrs.iter().filter_map(|attribute| match &attribute.meta {
                syn::Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
                    syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
                    _ => None,
                },
                _ => None,
            });
            let docs = docs.collect::<String>().trim().trim_end_matches('.').to_owned();
            let name = field.ident.as_ref().expect("a named field").to_string();
            (kebab(&name), docs, field.ty.to_token_stream().to_string().replace(' ', ""))
        })
        .collect()
}

fn effects() -> String {
    let list = |travels: bool| {
        let effects = Effect::ALL.iter().filter(|effect| effect.travels() == travels);
        effects.map(|effect| format!("`{}`", effect.word())).collect::<Vec<_>>().join(" ")
    };
    format!(
        "A caller has them because a callee has them: {}.\n\nOf the call itself only: {}.\n",
        list(true),
        list(false)
    )
}

fn fields() -> String {
    let rows: String =
        FIELDS.iter().map(|(word, meaning)| format!("| `{{{word}}}` | {} |\n", meaning.trim())).collect();
    format!("| field | stands for |\n| --- | --- |\n{rows}")
}

fn kebab(word: &str) -> String {
    word.replace('_', "-")
}

fn snake(word: &str) -> String {
    let mut snake = String::new();
    for letter in word.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
