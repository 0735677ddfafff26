//! `check --show-settings FILE` and `check --show-files`: what holds for a file and where that stands, and which files
//! are looked at. Uses what a run uses, so that it cannot say anything else.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use crate::config::find::{Settings, Stack};
use crate::config::layer::{Choice, Class, Layer, Override};
use crate::config::reader::CLASSES;
use crate::config::{Config, DEFAULT_MAX_FILE_SIZE, SetupError};
use crate::diagnostic::Severity;
use crate::lang;
use crate::rule::{self, RuleInfo, policy, selection};
use crate::scope::Scope;

const COMMAND_LINE: &str = "command line";
const DEFAULT: &str = "default";

/// Writes what holds for a file, each value with its origin.
pub fn write_settings(config: &Config, file: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    if !file.exists() {
        return Err(SetupError::new(format!("there is no file `{}`", file.display()), "").into());
    }
    let mut settings = Settings::new(config)?;
    let root = settings.root()?;
    let stack = settings.of(if file.is_dir() { file } else { file.parent().unwrap_or(file) })?;
    let rules = rule::all_infos();
    policy::check_names(&rules, [&root, &stack], config)?;
    write_layers(&stack, out)?;
    write_run(config, &root, out)?;
    write_file_settings(config, &stack, file, out)?;
    writeln!(out, "\nRules:")?;
    for (rule, decision) in rules.iter().zip(policy::decisions(&rules, file, &stack, config)) {
        let level = match (decision.on, decision.level) {
            (false, _) => "off",
            (true, Some(level)) => level.severity().map_or("off", severity_word),
            (true, None) => level_word(&rule.level),
        };
        let confidence =
            decision.confidence.map_or(String::new(), |least| format!(", confidence {least:?}").to_lowercase());
        writeln!(out, "  {} = {level}{confidence}  ({})", rule.name, origin(config, &stack, file, rule))?;
    }
    Ok(())
}

fn write_layers(stack: &Stack, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Configuration (weaker ones first):\n  built-in defaults")?;
    stack.layers.iter().try_for_each(|layer| writeln!(out, "  {}", layer.name))
}

fn write_run(config: &Config, root: &Stack, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nThe run, from the configuration of the project root:")?;
    let (value, origin) = strongest(config.fail_on, root.run(|run| &run.fail_on), Severity::default());
    writeln!(out, "  fail-on = \"{}\"  ({origin})", severity_word(value))?;
    let (value, origin) = strongest(config.include_side_code, root.run(|run| &run.include_tests), false);
    writeln!(out, "  include-tests = {value}  ({origin})")?;
    let (value, origin) = strongest(config.max_file_size, root.run(|run| &run.max_file_size), DEFAULT_MAX_FILE_SIZE);
    writeln!(out, "  max-file-size = {value}  ({origin})")?;
    if let Some((value, layer, line)) = root.run(|run| &run.baseline) {
        writeln!(out, "  baseline = {value:?}  ({})", layer.place(line))?;
    }
    Ok(())
}

/// The value that holds, and where it stands.
fn strongest<T>(given: Option<T>, configured: Option<(T, &Layer, u32)>, default: T) -> (T, String) {
    match (given, configured) {
        (Some(value), _) => (value, COMMAND_LINE.to_string()),
        (None, Some((value, layer, line))) => (value, layer.place(line)),
        (None, None) => (default, DEFAULT.to_string()),
    }
}

fn write_file_settings(config: &Config, stack: &Stack, file: &Path, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}:", crate::config::relative_path(&config.root, file))?;
    match stack.excluding(file) {
        Some((pattern, place)) => writeln!(out, "  excluded by {pattern:?}  ({place})")?,
        None => writeln!(out, "  not excluded")?,
    }
    let class = stack.layers.iter().rev().find_map(|layer| Some((layer.class_of(file)?, layer.name.clone())));
    if let Some((class, layer)) = class {
        writeln!(out, "  class = \"{}\"  ({layer})", class_word(class))?;
    }
    for layer in &stack.layers {
        let applies = |one: &&Override| one.paths.matching(&layer.folder, file).is_some();
        layer
            .overrides
            .iter()
            .filter(applies)
            .try_for_each(|one| writeln!(out, "  override  ({})", layer.place(one.line)))?;
    }
    Ok(())
}

/// Where the last word on a rule stands: the strongest choice that names it, alone or among others, or that chooses anew.
fn origin(config: &Config, stack: &Stack, file: &Path, rule: &RuleInfo) -> String {
    if config.choices().iter().any(|choice| last_word(choice, rule).is_some()) {
        return COMMAND_LINE.to_string();
    }
    let in_layer = |layer: &Layer| {
        let line = layer.choices_for(file).into_iter().rev().find_map(|choice| last_word(choice, rule))?;
        Some(layer.place(line))
    };
    stack.layers.iter().rev().find_map(|layer| in_layer(layer)).unwrap_or(DEFAULT.to_string())
}

fn last_word(choice: &Choice, rule: &RuleInfo) -> Option<u32> {
    let naming = choice.names().filter(|name| selection::names(rule, &name.value)).last();
    naming.or(choice.select.iter().flatten().next()).map(|name| name.line)
}

/// Writes the files that are analysed; with `why`, how each is seen, and what is left out for which reason.
pub fn write_files(config: &Config, why: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let scope = Scope::new(config)?;
    let files = scope.project.files.iter().chain(&scope.project.in_dialects);
    for (file, (_, stack)) in files.zip(&scope.stacks) {
        if !why {
            writeln!(out, "{}", file.path)?;
            continue;
        }
        let language = lang::all()[file.language];
        let side = language.is_side_code(&file.path);
        let class = match stack.class_of(&file.location) {
            Some(class) => class_word(class),
            None if side => "tests",
            None => "production",
        };
        let mut names = String::new();
        stack.layers.iter().try_for_each(|layer| write!(names, ", {}", layer.name))?;
        writeln!(out, "{}: {}, {class}{names}", file.path, language.profile().name)?;
    }
    if why {
        for (path, pattern, place) in &scope.excluded {
            writeln!(out, "{path}: left out, excluded by {pattern:?} ({place})")?;
        }
        for notice in &scope.project.notices {
            writeln!(out, "{}: left out, {}", notice.path, notice.message)?;
        }
    }
    Ok(())
}

fn class_word(class: Class) -> &'static str {
    CLASSES.iter().find(|(_, known)| *known == class).map_or("", |(word, _)| word)
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// The level of a rule's page.
fn level_word(level: &str) -> &'static str {
    match level {
        "allow" => "info",
        "deny" => "error",
        _ => "warning",
    }
}
