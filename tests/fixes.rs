//! Fixes: what they make of the examples of their pages, and what they never do.
//!
//! Every `bad` example of a rule with fixes is mended by the program. What comes of it stands in the page: in the `fixed`
//! example, or in an `applied` one where the advice goes further than the fixes. `BLESS=1` writes the latter.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use laggard::config::Config;
use laggard::diagnostic::{Fix, Grade};
use laggard::fix;
use laggard::lang;
use laggard::rule::builtin::{self, PAGES};
use laggard::rule::page::{self, Example};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// What an example is made of, by file name: without marks, as fixes leave it.
type Files = BTreeMap<String, String>;

#[test]
fn fixes_make_of_bad_examples_what_their_pages_say() {
    let mut failures = Vec::new();
    let mut mended = 0;
    let bless = std::env::var_os("BLESS").is_some();
    for (family, name, text) in PAGES {
        let page = page::parse(text).expect("tests/rules.rs reads all pages");
        let rule = builtin::rules().iter().find(|rule| rule.name == *name).expect("a rule");
        let mut blessed = String::from(*text);
        for (bad, made) in page.applications().filter(|(bad, _)| rule.fixes.iter().any(|fix| fix.is_for(bad.language)))
        {
            let folder = written(bad);
            let result = applied(folder.path(), name, true);
            let expected: Files = made.map_or_else(|| without_marks(bad), without_marks);
            if result != without_marks(bad) {
                mended += 1;
                write(folder.path(), &result);
                assert_eq!(applied(folder.path(), name, true), result, "{name}:{}: nothing is left to fix", bad.line);
            }
            if result != expected {
                let place = format!("rules/{family}/{name}.md:{}", bad.line);
                failures.push(format!("{place}: fixes make of it\n{}", shown(&result)));
                blessed = with_applied(&blessed, bad, &result);
            }
        }
        if bless && blessed != *text {
            fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("rules/{family}/{name}.md")), blessed)
                .unwrap();
        }
    }
    println!("{mended} examples are mended");
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// Every fix of every page is the one that mends some example of its page.
#[test]
fn no_fix_is_without_an_example() {
    let mut idle = Vec::new();
    for (_, name, text) in PAGES {
        let rule = builtin::rules().iter().find(|rule| rule.name == *name).expect("a rule");
        let page = page::parse(text).expect("tests/rules.rs reads all pages");
        let mut used = BTreeSet::new();
        for (bad, _) in page.applications().filter(|(bad, _)| rule.fixes.iter().any(|fix| fix.is_for(bad.language))) {
            let folder = written(bad);
            let analysis = laggard::analyse(&config(folder.path(), name)).expect("the settings are right");
            used.extend(analysis.found.iter().filter_map(|found| found.fix.as_ref()).map(|fix| fix.recipe));
        }
        let fixes = 0..rule.fixes.len();
        idle.extend(fixes.filter(|number| !used.contains(number)).map(|number| format!("{name}: fix {number}")));
    }
    assert!(idle.is_empty(), "{}", idle.join("\n"));
}

/// A fix that is safe says nothing of changes; one that is not, does.
#[test]
fn fixes_give_reasons() {
    for (name, fix) in builtin::rules().iter().flat_map(|rule| rule.fixes.iter().map(move |fix| (&rule.name, fix))) {
        assert_eq!(fix.grade == Grade::Safe, fix.reason.is_empty(), "{name}");
    }
}

fn config(folder: &Path, rule: &str) -> Config {
    let mut config = Config::new(folder, &[]);
    config.select = vec![rule.to_owned()];
    config.isolated = true;
    config
}

/// The files of a folder after the fixes of a rule.
fn applied(folder: &Path, rule: &str, take_unsafe: bool) -> Files {
    let (applied, _) = laggard::fix(&config(folder, rule), take_unsafe).expect("the settings are right");
    assert!(!applied.is_unfinished, "{rule}: fixes come to an end");
    let mut files: Files = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
            (path, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    for file in applied.changed {
        files.insert(file.path, file.after.to_string());
    }
    files
}

/// An example in a folder, without its marks.
fn written(example: &Example) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the example");
    write(folder.path(), &without_marks(example));
    folder
}

fn write(folder: &Path, files: &Files) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder for the file");
        fs::write(path, text).expect("an example can be written");
    }
}

fn without_marks(example: &Example) -> Files {
    let extension = lang::all()[lang::find(example.language).expect("checked by the page")].profile().extensions[0];
    let name = |name: &str| if name.is_empty() { format!("example.{extension}") } else { name.to_owned() };
    example.files.iter().map(|(own, text)| (name(own), unmarked(text))).collect()
}

fn unmarked(text: &str) -> String {
    let line = |line: &str| match ["#~", "//~", "--~"].iter().find_map(|mark| line.find(mark)) {
        Some(at) => line[..at].trim_end().to_owned() + "\n",
        None => line.to_owned(),
    };
    text.split_inclusive('\n').map(line).collect()
}

fn shown(files: &Files) -> String {
    files.iter().map(|(name, text)| format!("--- {name}\n{text}")).collect()
}

/// The page with what fixes make of an example behind it, if that is anything.
fn with_applied(page: &str, bad: &Example, result: &Files) -> String {
    let mut examples = String::new();
    if *result != without_marks(bad) {
        for (name, _) in &bad.files {
            let text = result.iter().find(|(own, _)| name.is_empty() || own == name).expect("the file is there").1;
            let head = format!("{} applied {name}", bad.language);
            examples.push_str(&format!("```{}\n{text}```\n\n", head.trim_end()));
        }
    }
    // Behind the last fence that belongs to the example.
    let last = bad.files.last().expect("an example has files").1;
    let mut at = page.find(last).expect("the example stands in its page") + last.len() + "```\n\n".len();
    let mut kept = page.len().min(at);
    while let Some(rest) = page.get(at..)
        && let Some(head) = rest.lines().next().filter(|head| head.starts_with("```"))
        && (head.contains(" fixed") || head.contains(" applied"))
    {
        at += rest.find("\n```\n").map_or(rest.len(), |end| (end + "\n```\n\n".len()).min(rest.len()));
        if head.contains(" fixed") {
            kept = at;
        }
    }
    format!("{}{examples}{}", &page[..kept], page.get(at..).unwrap_or(""))
}

/// A project with findings of several rules in each file, and more than one in a function.
fn mixed_project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut files = Files::new();
    for (_, name, text) in PAGES {
        let page = page::parse(text).expect("tests/rules.rs reads all pages");
        let plain =
            page.applications().map(|(bad, _)| bad).filter(|bad| bad.files.len() == 1 && bad.files[0].0.is_empty());
        for (number, bad) in plain.enumerate() {
            for (path, text) in without_marks(bad) {
                files.insert(format!("{}_{number}_{path}", name.replace('-', "_")), text);
            }
        }
    }
    write(folder.path(), &files);
    folder
}

fn all_rules(folder: &Path) -> Config {
    let mut config = Config::new(folder, &[]);
    config.select = vec!["all".to_owned()];
    config.isolated = true;
    config
}

/// All fixes that a run offers, with the text that each is for.
fn offered(folder: &Path) -> Vec<(String, String, Fix)> {
    let analysis = laggard::analyse(&all_rules(folder)).expect("the settings are right");
    let fixes = analysis.found.iter().filter_map(|found| Some((found, found.fix.clone()?)));
    fixes
        .map(|(found, fix)| {
            let source = &analysis.files[found.primary.file.0 as usize];
            (source.path.clone(), source.text().expect("just written").into_owned(), fix)
        })
        .collect()
}

/// Each fix alone, and any choice of fixes that do not touch each other, gives a file that parses, with its comments.
#[test]
fn any_choice_of_fixes_parses() {
    let folder = mixed_project();
    let offered = offered(folder.path());
    assert!(offered.len() > 60, "{} fixes", offered.len());
    let mut by_file: BTreeMap<&str, Vec<&Fix>> = BTreeMap::new();
    let mut texts: BTreeMap<&str, &str> = BTreeMap::new();
    for (path, text, fix) in &offered {
        by_file.entry(path).or_default().push(fix);
        texts.insert(path, text);
    }
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() });
    let files: Vec<(&str, Vec<&Fix>)> = by_file.into_iter().collect();
    let choice = (0..files.len(), proptest::collection::vec(any::<bool>(), 16), any::<u64>());
    runner
        .run(&choice, |(file, wanted, seed)| {
            let (path, fixes) = &files[file];
            let language = language_of(path);
            let mut chosen: Vec<&Fix> =
                fixes.iter().zip(wanted.iter().cycle()).filter(|(_, wanted)| **wanted).map(|(fix, _)| *fix).collect();
            let together = fix::compatible(&chosen);
            let after = fix::spliced(texts[path], &together);
            // The order in which fixes come is no matter, where they do not touch.
            if fix::compatible(&chosen).len() == chosen.iter().flat_map(|fix| &fix.edits).collect::<BTreeSet<_>>().len()
            {
                let turn = seed as usize % chosen.len().max(1);
                chosen.rotate_left(turn);
                prop_assert_eq!(&fix::spliced(texts[path], &fix::compatible(&chosen)), &after);
            }
            prop_assert!(language.parse(&after).errors.is_empty(), "{path}:\n{after}");
            prop_assert_eq!(comments(language, &after), comments(language, texts[path]), "{}:\n{}", path, after);
            let overlaps = together.windows(2).any(|pair| pair[0].span.end > pair[1].span.start);
            prop_assert!(!overlaps, "{path}");
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

fn language_of(path: &str) -> &'static dyn lang::Language {
    let extension = path.rsplit('.').next().expect("a file has an extension");
    *lang::all().iter().find(|language| language.profile().extensions.contains(&extension)).expect("a language")
}

fn comments(language: &dyn lang::Language, text: &str) -> Vec<String> {
    let mut comments: Vec<String> = language.comments(text).into_iter().map(|span| span.of(text).to_owned()).collect();
    comments.sort();
    comments
}

/// A fix of one rule leaves what another says of the same place to the next pass; in the end nothing is left.
#[test]
fn all_rules_together_come_to_an_end() {
    let folder = mixed_project();
    let (once, _) = laggard::fix(&all_rules(folder.path()), true).expect("the settings are right");
    assert!(!once.is_unfinished && once.changed.len() > 40, "{} files", once.changed.len());
    let files: Files = once.changed.iter().map(|file| (file.path.clone(), file.after.to_string())).collect();
    for (path, text) in &files {
        assert!(language_of(path).parse(text).errors.is_empty(), "{path}:\n{text}");
    }
    write(folder.path(), &files);
    let (again, _) = laggard::fix(&all_rules(folder.path()), true).expect("the settings are right");
    assert!(
        again.changed.is_empty(),
        "{:?}",
        again.changed.iter().map(|file| (&file.path, &file.after)).collect::<Vec<_>>()
    );
}

/// Comments in the code that changes are moved before it, and the fix is no longer safe.
#[test]
fn comments_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let text = "use std::collections::HashSet;\n\npub fn first(seen: &mut HashSet<u32>, value: u32) -> bool {\n    if !seen.contains(&value) {\n        // Not seen yet.\n        seen.insert(value); // now it is\n        return true;\n    }\n    false\n}\n";
    fs::write(folder.path().join("a.rs"), text).unwrap();
    let rule = "double-lookup";
    assert_eq!(applied(folder.path(), rule, false)["a.rs"], text);
    let after = &applied(folder.path(), rule, true)["a.rs"];
    let kept = "    // Not seen yet.\n    if seen.insert(value) {\n        // now it is\n        return true;";
    assert!(after.contains(kept), "{after}");
}
