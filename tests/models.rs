//! The model tables: their form, and what look-up makes of them.

use std::fs;

use laggard::effect::{Effect, EffectSet};
use laggard::model::lookup::{FolderError, Models, read_folder};
use laggard::model::table::{Argument, ModelFile};

fn python() -> Models {
    Models::built_in("python", ".")
}

fn rust() -> Models {
    Models::built_in("rust", "::")
}

fn overlay(text: &str) -> ModelFile {
    ModelFile::parse(text).expect("a good model file")
}

#[test]
fn built_in_rows_are_found_by_path() {
    let models = python();
    let row = models.row("time.sleep").expect("in the table");
    assert_eq!(row.effects, EffectSet::of(&[Effect::Blocking, Effect::Sleep]));
    assert_eq!(models.row("time.sleepless"), None);
    assert_eq!(models.row(""), None);
    assert!(rust().row("std::thread::sleep").is_some());
    assert!(Models::built_in("cobol", ".").row("time.sleep").is_none());
}

#[test]
fn every_built_in_row_is_found() {
    for models in [python(), rust()] {
        for row in models.rows() {
            assert_eq!(models.row(&row.path), Some(row));
        }
    }
}

#[test]
fn aliases_apply_to_paths_and_prefixes() {
    assert_eq!(python().canonical("_io.TextIOWrapper.read"), "io.TextIOWrapper.read");
    assert_eq!(python().canonical("_iox.TextIOWrapper"), "_iox.TextIOWrapper");
    assert_eq!(rust().canonical("core::option::Option"), "std::option::Option");
    assert_eq!(rust().canonical("futures_util::StreamExt::next"), "futures::stream::StreamExt::next");
}

#[test]
fn alias_cycles_end() {
    let models = python().with_overlay([overlay(
        r#"
        [aliases]
        "a" = "b"
        "b" = "a"
        "c" = "c.d"
        "e" = "e"
        "#,
    )]);
    models.canonical("a.x");
    models.canonical("c");
    assert_eq!(models.canonical("e.x"), "e.x");
}

#[test]
fn members_are_inherited() {
    let models = python();
    let (row, hops) = models.member("pathlib.PosixPath", "read_text").expect("inherited from Path");
    assert_eq!((row.path.as_ref(), hops), ("pathlib.Path.read_text", 1));
    let models = rust();
    let (row, hops) = models.member("std::path::PathBuf", "exists").expect("of what it dereferences to");
    assert_eq!((row.path.as_ref(), hops), ("std::path::Path::exists", 1));
    assert_eq!(models.derefs("std::sync::Arc"), Some("T"));
    assert_eq!(models.member("std::sync::Arc", "exists"), None);
    assert!(models.is_subtype("std::fs::File", "std::io::Read"));
    assert!(!models.is_subtype("std::path::PathBuf", "std::path::Path"));
}

#[test]
fn inheritance_cycles_end() {
    let models = python().with_overlay([overlay(
        r#"
        [types."a.A"]
        supertypes = ["a.B"]
        derefs = "a.A"
        [types."a.B"]
        supertypes = ["a.A", "a.B"]
        "#,
    )]);
    assert_eq!(models.member("a.A", "x"), None);
    assert!(models.is_subtype("a.A", "a.B") && models.is_subtype("a.B", "a.A"));
}

#[test]
fn an_overlay_replaces_rows_and_adds_patterns() {
    let models = python().with_overlay([
        overlay(r#"calls."time.sleep" = { kind = "function", effects = ["pure"], source = "ours" }"#),
        overlay(
            r#"
            [calls]
            "shop.*.find_*" = { kind = "method", effects = ["db-query"], source = "ours" }
            "shop.Cart.price" = { kind = "method", effects = ["cpu-heavy"], source = "ours", repeats = [1, "by"] }
            "#,
        ),
    ]);
    assert_eq!(models.row("time.sleep").map(|row| row.source.as_ref()), Some("ours"));
    assert_eq!(models.row("shop.Order.find_all").map(|row| row.path.as_ref()), Some("shop.*.find_*"));
    assert_eq!(models.member("shop.Order", "find_one").map(|(row, _)| row.path.as_ref()), Some("shop.*.find_*"));
    assert_eq!(models.row("shop.Order.Line.find_all"), None);
    let repeats = models.row("shop.Cart.price").and_then(|row| row.repeats.clone());
    assert_eq!(repeats, Some(Argument::Either(1, "by".into())));
    assert!(models.is_type("shop.Cart") && models.row("time.time").is_some());
}

#[test]
fn types_are_told_from_modules() {
    let models = python();
    for name in ["builtins.list", "pathlib.Path", "requests.Response", "dbapi.Cursor", "asyncio.Future"] {
        assert!(models.is_type(name), "{name}");
    }
    for name in ["time", "os", "os.path", "requests", "requests.get", "nonsense.Thing", ""] {
        assert!(!models.is_type(name), "{name}");
    }
    assert!(rust().is_type("std::vec::Vec") && rust().is_type("std::str"));
    assert!(!rust().is_type("std::fs") && !rust().is_type("std"));
}

#[test]
fn only_telling_names_stand_for_unknown_receivers() {
    let models = python();
    let row = models.unique_member("prefetch_related").expect("all who have it agree");
    assert!(row.effects.has(Effect::Prefetches));
    for name in ["get", "first", "save", "append", "bulk_create", "no_such_member", "__iter__"] {
        assert_eq!(models.unique_member(name), None, "{name}");
    }
}

#[test]
fn mistakes_are_told_with_their_line() {
    let wrong = [
        (r#""a.b" = { kind = "function", effects = ["blokcing"], source = "x" }"#, "`blokcing` is not an effect"),
        (r#""a.b" = { kind = "function", effects = ["pure", "locks"], source = "x" }"#, "`pure` stands alone"),
        (r#""a.b" = { kind = "function", effects = [], source = "x" }"#, "no effects"),
        (r#""a.b" = { kind = "thing", effects = ["pure"], source = "x" }"#, "unknown variant `thing`"),
        (r#""a.b" = { kind = "function", effects = ["pure"] }"#, "missing field `source`"),
        (r#""a.b" = { kind = "function", effects = ["pure"], source = "x", speed = 1 }"#, "unknown field `speed`"),
        (r#""a.b" = { kind = "function", effects = ["pure"], source = "x", repeats = 1.5 }"#, "expected a position"),
    ];
    for (row, reason) in wrong {
        let error = ModelFile::parse(&format!("[calls]\n{row}\n")).expect_err(row);
        assert_eq!((error.line, error.row.as_str()), (2, "\"a.b\""), "{error}");
        assert!(error.message.contains(reason), "{error}");
    }
}

#[test]
fn a_folder_gives_its_files_with_their_language() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = r#"calls."a.b" = { kind = "function", effects = ["pure"], source = "x" }"#;
    fs::create_dir(folder.path().join("python")).expect("a folder");
    fs::write(folder.path().join("python/a.toml"), good).expect("a file");
    fs::write(folder.path().join("all.toml"), "").expect("a file");
    fs::write(folder.path().join("README.md"), "no table").expect("a file");
    let files = read_folder(folder.path()).expect("good files");
    let languages: Vec<Option<&str>> = files.iter().map(|(language, _)| language.as_deref()).collect();
    assert_eq!(languages, [None, Some("python")]);

    fs::write(folder.path().join("bad.toml"), "\n[calls]\n\"a\" = 1\n").expect("a file");
    let error = read_folder(folder.path()).expect_err("a bad file");
    assert!(matches!(&error, FolderError::Form { error, .. } if error.line == 3), "{error}");
    assert!(error.to_string().contains("bad.toml: line 3"), "{error}");
    assert!(read_folder(&folder.path().join("none")).expect("nothing to read").is_empty());
}
