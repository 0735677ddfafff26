//! Runs every rule page: lines marked `~` are reported, all others are silent, and so is all that is `fixed`.
//!
//! An example is judged by its own rule only, whatever set that is in. `~ missed` and `~ spurious` are known limits:
//! the test fails the day they are gone, so that the mark goes too.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use laggard::config::Config;
use laggard::diagnostic::Set;
use laggard::lang;
use laggard::rule::builtin::PAGES;
use laggard::rule::page::{self, Example, ExampleKind, Mark};

#[test]
fn every_page_holds_its_examples() {
    let mut failures = Vec::new();
    let mut examples = 0;
    for (family, name, text) in PAGES {
        let page = page::parse(text).unwrap_or_else(|error| panic!("rules/{family}/{name}.md: {error}"));
        let shown = |kind| page.examples.iter().any(|example| example.kind == kind);
        if !shown(ExampleKind::Bad) || !shown(ExampleKind::Good) {
            failures.push(format!("rules/{family}/{name}.md: needs a bad and a good example"));
        }
        let mut headings = HashSet::new();
        for heading in page.prose.lines().filter(|line| line.starts_with("## ") && !headings.insert(*line)) {
            failures.push(format!("rules/{family}/{name}.md: `{heading}` stands twice"));
        }
        for example in page.examples.iter().filter(|example| example.kind != ExampleKind::Applied) {
            examples += 1;
            failures
                .extend(check(name, example).into_iter().map(|failure| format!("rules/{family}/{name}.md:{failure}")));
        }
    }
    println!("{} pages, {examples} examples", PAGES.len());
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// What is wrong with an example; `line: message`, lines counted in the page.
fn check(rule: &str, example: &Example) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder for the example");
    let extension = lang::all()[lang::find(example.language).expect("checked by the page")].profile().extensions[0];
    let mut marks = Vec::new();
    for (at, (name, text)) in example.files.iter().enumerate() {
        let name = match name.is_empty() {
            true => format!("example.{extension}"),
            false => (*name).to_owned(),
        };
        write(folder.path(), &name, text);
        for (line, content) in text.lines().enumerate() {
            if content.contains('~') && ["#~", "//~", "--~"].iter().any(|mark| content.contains(mark)) {
                marks.push((name.clone(), line + 1, page::mark_of(content), at));
            }
        }
    }
    let mut config = Config::new(folder.path(), &[]);
    config.select = vec![rule.to_owned()];
    config.isolated = true;
    let outcome = laggard::check(&config).expect("the settings are right");
    let places = outcome.diagnostics.iter().flat_map(|diagnostic| {
        std::iter::once(&diagnostic.primary).chain(&diagnostic.also).map(|label| (diagnostic.set, label))
    });
    let reported: BTreeMap<(String, usize), Set> = places
        .map(|(set, label)| {
            let file = &outcome.files[label.file.0 as usize];
            let text = std::fs::read_to_string(&file.location).expect("just written");
            let line = text[..label.span.start as usize].matches('\n').count() + 1;
            ((file.path.clone(), line), set)
        })
        .collect();
    let set = laggard::rule::builtin::rules().iter().find(|own| own.name == rule).expect("it has a page").set;
    let mut failures: Vec<String> = outcome
        .notices
        .iter()
        .map(|notice| format!("{}: {}:{}: {}", example.line, notice.path, notice.line, notice.message))
        .collect();
    for (path, line, mark, _) in &marks {
        let place = format!("{}: {path} line {line}", example.line);
        let found = reported.get(&(path.clone(), *line));
        match (mark, found) {
            (None, _) => failures.push(format!("{place}: a mark is `~`, `~ likely`, `~ missed` or `~ spurious`")),
            (Some(Mark::Reported | Mark::Likely), None) => failures.push(format!("{place}: not reported")),
            (Some(Mark::Reported), Some(found)) if *found != set => {
                failures.push(format!("{place}: reported in the set `{}`", found.word()));
            }
            (Some(Mark::Likely), Some(found)) if *found == set => {
                failures.push(format!("{place}: reported in the set of its rule; drop `likely`"));
            }
            (Some(Mark::Missed), Some(_)) => failures.push(format!("{place}: reported now; drop `missed`")),
            (Some(Mark::Spurious), None) => failures.push(format!("{place}: silent now; drop the mark")),
            _ => {}
        }
    }
    for (path, line) in reported.into_keys() {
        if !marks.iter().any(|(own, at, _, _)| *own == path && *at == line) {
            failures.push(format!("{}: {path} line {line}: reported without a mark", example.line));
        }
    }
    failures
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder for the file");
    std::fs::write(path, text).expect("an example can be written");
}
