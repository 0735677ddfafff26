//! Reads a layer from TOML. Every key is known or an error with file, line and advice. Knows no rule.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::layer::{Choice, Class, Layer, Level, Located, Override, Patterns, RuleSetting};
use super::{SetupError, nearest_name, parse_size};
use crate::diagnostic::{Confidence, Severity};

/// Keys of a configuration file.
pub const KEYS: &[&str] = &[
    "extend",
    "select",
    "extend-select",
    "ignore",
    "rules",
    "overrides",
    "exclude",
    "paths",
    "fail-on",
    "include-tests",
    "max-file-size",
    "baseline",
];
/// Keys of an override.
pub const OVERRIDE_KEYS: &[&str] = &["paths", "select", "extend-select", "ignore", "rules"];
/// Keys of the settings of a rule.
pub const RULE_KEYS: &[&str] = &["level", "confidence"];
/// Classes of paths.
pub const CLASSES: &[(&str, Class)] =
    &[("production", Class::Production), ("tests", Class::Tests), ("dependencies", Class::Dependencies)];
const SEVERITIES: &[(&str, Severity)] =
    &[("info", Severity::Info), ("warning", Severity::Warning), ("error", Severity::Error)];
const CONFIDENCES: &[(&str, Confidence)] =
    &[("low", Confidence::Low), ("medium", Confidence::Medium), ("high", Confidence::High)];

type Table<'t> = DeTable<'t>;
type Value<'t> = Spanned<DeValue<'t>>;
type Read<T> = Result<T, SetupError>;

/// Where the settings stand in files that hold other things too.
pub fn tables_of(file_name: &str) -> &'static [&'static [&'static str]] {
    match file_name {
        "pyproject.toml" => &[&["tool", "laggard"]],
        "Cargo.toml" => &[&["package", "metadata", "laggard"], &["workspace", "metadata", "laggard"]],
        _ => &[&[]],
    }
}

/// Reads a file. `None`: it says nothing of laggard, as most manifests.
pub fn read_file(name: &str, file_name: &str, text: &str, folder: &Path) -> Read<Option<Layer>> {
    let reader = Reader { name, text };
    let document = match DeTable::parse(text) {
        Ok(document) => document,
        // A manifest that others will complain about is none of ours, unless it speaks of laggard.
        Err(_) if !tables_of(file_name)[0].is_empty() && !text.contains("laggard") => return Ok(None),
        Err(error) => return Err(reader.error(error.span().unwrap_or(0..0), error.message(), String::new())),
    };
    for path in tables_of(file_name) {
        if let Some(table) = descend(document.get_ref(), path) {
            return reader.layer(table, folder).map(Some);
        }
    }
    Ok(None)
}

/// Reads `KEY=VALUE` of the command line.
pub fn read_inline(text: &str, folder: &Path) -> Read<Layer> {
    let reader = Reader { name: "--config", text };
    // A bare word is meant as a string.
    let quoted = text.split_once('=').map(|(key, value)| format!("{key}={:?}", value.trim()));
    let document =
        DeTable::parse(text).or_else(|error| DeTable::parse(quoted.as_deref().unwrap_or("")).map_err(|_| error));
    let document = document.map_err(|error| {
        let advice = "write a file, or KEY=VALUE as in a configuration file: `--config 'ignore=[\"sql\"]'`";
        SetupError::new(format!("--config `{text}`: {}", error.message()), advice)
    })?;
    reader.layer(document.get_ref(), folder)
}

fn descend<'t, 'd>(mut table: &'t Table<'d>, path: &[&str]) -> Option<&'t Table<'d>> {
    for name in path {
        table = get(table, name)?.get_ref().as_table()?;
    }
    Some(table)
}

fn get<'t, 'd>(table: &'t Table<'d>, name: &str) -> Option<&'t Value<'d>> {
    table.get(name)
}

struct Reader<'a> {
    name: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn error(&self, span: Range<usize>, message: impl AsRef<str>, advice: impl Into<String>) -> SetupError {
        SetupError::new(format!("{}:{}: {}", self.name, self.line(&span), message.as_ref()), advice)
    }

    fn line(&self, span: &Range<usize>) -> u32 {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        before.matches('\n').count() as u32 + 1
    }

    fn layer(&self, table: &Table, folder: &Path) -> Read<Layer> {
        self.check_keys(table, KEYS)?;
        let mut layer = Layer {
            name: self.name.to_string(),
            folder: folder.to_path_buf(),
            choice: self.choice(table)?,
            exclude: self.patterns(table, "exclude")?,
            ..Layer::default()
        };
        layer.extend = self.optional(table, "extend", Self::string)?;
        layer.run.fail_on = self.optional(table, "fail-on", |reader, value| reader.word(value, SEVERITIES))?;
        layer.run.include_tests = self.optional(table, "include-tests", Self::boolean)?;
        layer.run.max_file_size = self.optional(table, "max-file-size", Self::size)?;
        layer.run.baseline = self.optional(table, "baseline", Self::string)?;
        if let Some(value) = get(table, "paths") {
            layer.classes = self.classes(value)?;
        }
        if let Some(value) = get(table, "overrides") {
            layer.overrides = self.list(value)?.iter().map(|value| self.override_of(value)).collect::<Read<_>>()?;
        }
        Ok(layer)
    }

    fn choice(&self, table: &Table) -> Read<Choice> {
        Ok(Choice {
            select: get(table, "select").map(|value| self.strings(value)).transpose()?,
            extend_select: self.optional_strings(table, "extend-select")?,
            ignore: self.optional_strings(table, "ignore")?,
            rules: get(table, "rules").map(|value| self.rules(value)).transpose()?.unwrap_or_default(),
        })
    }

    fn rules(&self, value: &Value) -> Read<Vec<RuleSetting>> {
        self.table(value)?.iter().map(|(name, value)| self.rule(name, value)).collect()
    }

    /// `name = "error"`, or `name = { level = "error", confidence = "high" }`.
    fn rule(&self, name: &Spanned<DeString>, value: &Value) -> Read<RuleSetting> {
        let name = Located { value: name.get_ref().to_string(), line: self.line(&name.span()) };
        if value.get_ref().is_str() {
            let level = self.word(value, Level::WORDS)?;
            return Ok(RuleSetting { name, level: Some(level), confidence: None });
        }
        let Some(table) = value.get_ref().as_table() else {
            let advice = "write a level such as \"error\", or { level = \"…\", confidence = \"…\" }";
            return Err(self.wrong_type(value, "a string or a table", advice));
        };
        self.check_keys(table, RULE_KEYS)?;
        let level = get(table, "level").map(|value| self.word(value, Level::WORDS)).transpose()?;
        let confidence = get(table, "confidence").map(|value| self.word(value, CONFIDENCES)).transpose()?;
        Ok(RuleSetting { name, level, confidence })
    }

    fn override_of(&self, value: &Value) -> Read<Override> {
        let table = self.table(value)?;
        self.check_keys(table, OVERRIDE_KEYS)?;
        if get(table, "paths").is_none() {
            let advice = "say which files it is for: paths = [\"scripts/**\"]";
            return Err(self.error(value.span(), "an override has no `paths`", advice));
        }
        let line = self.line(&value.span());
        Ok(Override { paths: self.patterns(table, "paths")?, line, choice: self.choice(table)? })
    }

    fn classes(&self, value: &Value) -> Read<Vec<(Class, Patterns)>> {
        let table = self.table(value)?;
        let names: Vec<&str> = CLASSES.iter().map(|(name, _)| *name).collect();
        self.check_keys(table, &names)?;
        let given = CLASSES.iter().filter(|(name, _)| get(table, name).is_some());
        given.map(|(name, class)| Ok((*class, self.patterns(table, name)?))).collect()
    }

    fn check_keys(&self, table: &Table, known: &[&str]) -> Read<()> {
        let Some(unknown) = table.keys().find(|key| !known.contains(&key.get_ref().as_ref())) else { return Ok(()) };
        let name = unknown.get_ref();
        let advice = match nearest_name(name, known.iter().copied()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("known keys are {}", known.join(", ")),
        };
        Err(self.error(unknown.span(), format!("unknown key `{name}`"), advice))
    }

    fn patterns(&self, table: &Table, key: &str) -> Read<Patterns> {
        let patterns = self.optional_strings(table, key)?;
        Patterns::new(patterns).map_err(|(line, message)| {
            SetupError::new(format!("{}:{line}: {message}", self.name), "patterns are those of ignore files")
        })
    }

    fn optional<T>(
        &self,
        table: &Table,
        key: &str,
        read: impl Fn(&Self, &Value) -> Read<T>,
    ) -> Read<Option<Located<T>>> {
        let located = |value: &Value| Ok(Located { value: read(self, value)?, line: self.line(&value.span()) });
        get(table, key).map(located).transpose()
    }

    fn optional_strings(&self, table: &Table, key: &str) -> Read<Vec<Located<String>>> {
        Ok(get(table, key).map(|value| self.strings(value)).transpose()?.unwrap_or_default())
    }

    fn strings(&self, value: &Value) -> Read<Vec<Located<String>>> {
        let located = |value| Ok(Located { value: self.string(value)?, line: self.line(&value.span()) });
        self.list(value)?.iter().map(located).collect()
    }

    fn list<'t, 'd>(&self, value: &'t Value<'d>) -> Read<&'t [Value<'d>]> {
        let list = value.get_ref().as_array().map(|list| list.as_ref());
        list.ok_or_else(|| self.wrong_type(value, "a list", "write […]"))
    }

    fn table<'t, 'd>(&self, value: &'t Value<'d>) -> Read<&'t Table<'d>> {
        value.get_ref().as_table().ok_or_else(|| self.wrong_type(value, "a table", "write {…} or a [table]"))
    }

    fn string(&self, value: &Value) -> Read<String> {
        let text = value.get_ref().as_str().map(str::to_string);
        text.ok_or_else(|| self.wrong_type(value, "a string", "write \"…\""))
    }

    fn boolean(&self, value: &Value) -> Read<bool> {
        value.get_ref().as_bool().ok_or_else(|| self.wrong_type(value, "true or false", ""))
    }

    /// A number of bytes, or a string with a unit.
    fn size(&self, value: &Value) -> Read<u64> {
        let text = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().to_string(),
            _ => self.string(value)?,
        };
        parse_size(&text).map_err(|message| self.error(value.span(), message, ""))
    }

    /// One of the words.
    fn word<T: Copy>(&self, value: &Value, words: &[(&str, T)]) -> Read<T> {
        let text = self.string(value)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        found.ok_or_else(|| {
            let words: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            self.error(value.span(), format!("unknown word \"{text}\""), format!("write {}", words.join(", ")))
        })
    }

    fn wrong_type(&self, value: &Value, expected: &str, advice: &str) -> SetupError {
        let found = value.get_ref().type_str();
        self.error(value.span(), format!("expected {expected}, found {found}"), advice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Read<Layer> {
        read_file("laggard.toml", "laggard.toml", text, Path::new("/p")).map(Option::unwrap)
    }

    #[test]
    fn everything_is_read_with_its_line() {
        let layer = read(
            "extend = \"../base.toml\"\nselect = [\"default\",\n  \"likely\"]\nfail-on = \"error\"\n\
             max-file-size = \"2M\"\ninclude-tests = true\n[rules]\nsql = \"off\"\na = { level = \"deny\", confidence = \"high\" }\n\
             [[overrides]]\npaths = [\"scripts/**\"]\nignore = [\"async\"]\n[paths]\ntests = [\"qa\"]\n",
        )
        .unwrap();
        assert_eq!(layer.extend.unwrap().value, "../base.toml");
        assert_eq!(layer.choice.select.unwrap()[1], Located { value: "likely".to_string(), line: 3 });
        assert_eq!(layer.run.fail_on.unwrap(), Located { value: Severity::Error, line: 4 });
        assert_eq!(layer.run.max_file_size.unwrap().value, 2 << 20);
        let rules: Vec<_> = layer.choice.rules.iter().map(|rule| (rule.name.value.as_str(), rule.level)).collect();
        assert_eq!(rules, [("a", Some(Level::Error)), ("sql", Some(Level::Off))]);
        assert_eq!((layer.overrides[0].line, layer.overrides[0].choice.ignore[0].line), (10, 12));
        assert_eq!(layer.classes[0].0, Class::Tests);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, message, advice) in [
            ("\nselct = []", "laggard.toml:2: unknown key `selct`", "did you mean `select`?"),
            ("[rules]\na = { levle = \"off\" }", "laggard.toml:2: unknown key `levle`", "did you mean `level`?"),
            ("[rules]\na = \"fatal\"", "laggard.toml:2: unknown word \"fatal\"", "\"error\""),
            ("select = \"all\"", "laggard.toml:1: expected a list, found string", "write […]"),
            ("[[overrides]]\nignore = []", "laggard.toml:1: an override has no `paths`", "paths ="),
            ("[paths]\ntest = []", "laggard.toml:2: unknown key `test`", "did you mean `tests`?"),
            ("exclude = [\n\"a[\"]", "laggard.toml:2: `a[`", "ignore files"),
            ("x", "laggard.toml:1:", ""),
            ("max-file-size = \"much\"", "laggard.toml:1: write a number of bytes", ""),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.message.starts_with(message) && error.advice.contains(advice), "{text}: {error:?}");
        }
    }

    #[test]
    fn other_files_hold_other_things_too() {
        let read = |name: &str, text: &str| read_file(name, name, text, Path::new("/p"));
        assert!(read("pyproject.toml", "[tool.ruff]\nselect = [1]").unwrap().is_none());
        assert!(read("pyproject.toml", "broken = ").unwrap().is_none());
        assert!(read("pyproject.toml", "[tool.laggard]\nignore = [\"sql\"]").unwrap().is_some());
        assert!(read("Cargo.toml", "[package]\nname = \"x\"").unwrap().is_none());
        assert!(read("Cargo.toml", "[workspace.metadata.laggard]\nselect = []").unwrap().is_some());
        let error = read("Cargo.toml", "[package.metadata.laggard]\nx = 1").unwrap_err();
        assert!(error.message.starts_with("Cargo.toml:2: unknown key `x`"));
    }

    #[test]
    fn values_of_the_command_line() {
        let ignored = |text: &str| read_inline(text, Path::new("/p")).unwrap();
        assert_eq!(ignored("ignore=[\"sql\"]").choice.ignore[0].value, "sql");
        assert_eq!(ignored("fail-on=error").run.fail_on.unwrap().value, Severity::Error);
        assert_eq!(ignored("rules.sql=error").choice.rules[0].level, Some(Level::Error));
        assert!(read_inline("nonsense=[", Path::new("/p")).is_err());
    }
}
