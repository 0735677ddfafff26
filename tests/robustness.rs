//! Bad input costs the file (or a part of it), never the run.

mod common;

use std::fs;
use std::path::Path;

use common::{Run, SLOW, cargo_laggard, laggard, project, run, write};

/// Runs `check` and asserts that the run came to its end.
fn check(folder: &Path, arguments: &[&str]) -> Run {
    let run = run(laggard(folder, &[&["check", "--verbose"], arguments].concat()));
    assert!(run.code == 0 || run.code == 1, "{run:?}");
    assert!(!run.stderr.contains("panicked"), "{run:?}");
    run
}

/// Asserts that a run says `words`.
fn says(run: &Run, words: &str) {
    assert!(run.stderr.contains(words), "`{words}` is missing: {run:?}");
}

#[test]
fn files_that_are_not_text() {
    let folder = project(&[("good.py", "x = 1\n")]);
    write(&folder, "latin.py", b"name = 'caf\xe9'\n");
    write(&folder, "utf16.rs", b"\xff\xfef\0n\0 \0m\0a\0i\0n\0");
    write(&folder, "zeros.py", &[0; 1000]);
    write(&folder, "noise.rs", &(0..=255u8).cycle().take(5000).collect::<Vec<u8>>());
    let run = check(folder.path(), &[]);
    says(&run, "latin.py: is not UTF-8");
    says(&run, "utf16.rs: is not UTF-8");
    says(&run, "3 files not UTF-8");
    says(&run, "in 2 files.");
}

#[test]
fn empty_and_truncated_files() {
    let folder = project(&[
        ("empty.py", ""),
        ("empty.rs", ""),
        ("blank.py", "\n\n\n"),
        ("mark.py", "\u{feff}"),
        ("marked.rs", "\u{feff}fn main() {}\n"),
        ("returns.py", "x = 1\r\nfor y in x:\r\n    pass\r\n"),
        ("no-end.py", "x = 1"),
        ("cut.py", "def f(xs):\n    for x in xs:\n        g(x"),
        ("empty.go", ""),
        ("cut.go", "package x\n\nfunc f(xs []int) {\n\tfor _, x := range xs {\n\t\tg(x"),
        ("empty.java", ""),
        ("cut.java", "class A {\n  void f(List<A> xs) {\n    for (A x : xs) {\n      g(x"),
        ("empty.zig", ""),
        ("cut.prisma", "model A {\n  b Int @map("),
        ("cut.zig", "fn f(xs: []u32) void {\n    for (xs) |x| {\n        g(x"),
        ("cut.rs", "fn f(xs: &[u32]) {\n    for x in xs {\n        g("),
        ("string.py", "x = '''abc"),
        ("string.rs", "const X: &str = r#\"abc"),
        ("comment.rs", "/* abc"),
    ]);
    let run = check(folder.path(), &[]);
    says(&run, "with syntax errors");
    says(&run, "in 19 files.");
    for broken in
        ["cut.py:1:", "cut.go:", "cut.java:", "cut.zig:", "cut.rs:1:", "string.py:1:", "string.rs:1:", "comment.rs:1:"]
    {
        says(&run, &format!("note: {broken}"));
    }
    for whole in ["empty", "blank", "mark", "returns", "no-end"] {
        assert!(!run.stderr.contains(&format!("note: {whole}")), "{run:?}");
    }
}

/// One broken function costs that function.
#[test]
fn a_broken_part_is_named_with_its_line() {
    let folder = project(&[("a.py", "def good():\n    pass\n\n\ndef bad(:\n    pass\n")]);
    let run = check(folder.path(), &[]);
    says(&run, "a.py:5: ");
}

/// Breaks a text into lines, so that it is not taken for minified code.
fn lines(text: &str) -> String {
    let mut broken = String::with_capacity(text.len() + text.len() / 50);
    for (at, character) in text.chars().enumerate() {
        let is_between = broken.ends_with([' ', '(', '[', '{', ')', ']', '}', '<', '>', '&', '-']);
        if at % 100 >= 90 && is_between && !broken.ends_with("\n") {
            broken.push('\n');
        }
        broken.push(character);
    }
    broken
}

/// Every file is either analysed or said to be nested too deeply, and the file beside them keeps its finding.
#[test]
fn deep_nesting() {
    let nested = |open: &str, close: &str, depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
    let python = |text: String| lines(&format!("x = ({text})\n"));
    let rust = |text: String| lines(&format!("fn f() {{ let x = {text}; }}\n"));
    let go = |text: String| lines(&format!("package x\n\nvar x = {text}\n"));
    let java = |text: String| lines(&format!("class A {{ Object x = {text}; }}\n"));
    let zig = |text: String| lines(&format!("fn f() void {{ x = {text}; }}\n"));
    let files = [
        ("brackets.prisma", format!("model A {{\n  b Int {}\n}}\n", nested("@a(", ")", 50_000))),
        ("calls.zig", zig(nested("f(", ")", 50_000))),
        ("plus.zig", zig(format!("{}1", "1 + ".repeat(100_000)))),
        ("dots.zig", zig(format!("x{}", ".x()".repeat(50_000)))),
        ("literals.zig", zig(nested(".{", "}", 50_000))),
        ("types.zig", lines(&format!("fn f(x: {}u32) void {{}}\n", "[]".repeat(50_000)))),
        ("blocks.zig", lines(&format!("fn f() void {}\n", nested("{", "}", 50_000)))),
        ("brackets.go", go(nested("f(", ")", 50_000))),
        ("plus.go", go(format!("{}1", "1 + ".repeat(100_000)))),
        ("blocks.go", lines(&format!("package x\n\nfunc f() {}\n", nested("{", "}", 50_000)))),
        ("Calls.java", java(nested("f(", ")", 50_000))),
        ("Plus.java", java(format!("{}1", "1 + ".repeat(100_000)))),
        ("Dots.java", java(format!("x{}", ".x()".repeat(50_000)))),
        ("Blocks.java", lines(&format!("class A {{ void f() {} }}\n", nested("{", "}", 50_000)))),
        ("brackets.py", python(nested("[", "]", 50_000))),
        ("calls.py", python(nested("f(", ")", 50_000))),
        ("minus.py", python(format!("{}1", "-".repeat(100_000)))),
        ("plus.py", python(format!("{}1", "1 + ".repeat(100_000)))),
        ("dots.py", python(format!("x{}", ".x()".repeat(50_000)))),
        ("blocks.rs", lines(&format!("fn f() {}\n", nested("{", "}", 50_000)))),
        ("parentheses.rs", rust(nested("(", ")", 50_000))),
        ("references.rs", rust(format!("{}1", "&".repeat(100_000)))),
        ("plus.rs", rust(format!("{}1", "1 + ".repeat(100_000)))),
        ("dots.rs", rust(format!("x{}", ".x()".repeat(50_000)))),
        ("types.rs", lines(&format!("type T = {}u8{};\n", "Vec<".repeat(50_000), ">".repeat(50_000)))),
        ("brackets.ts", lines(&format!("x = {};\n", nested("[", "]", 50_000)))),
        ("blocks.js", lines(&format!("{};\n", nested("{", "}", 50_000)))),
        ("functions.ts", lines(&format!("x = {};\n", nested("f(function () {", "})", 50_000)))),
        ("elements.tsx", lines(&format!("x = {};\n", nested("<a>", "</a>", 50_000)))),
        ("angles.ts", lines(&format!("x = {}1;\n", "x < ".repeat(50_000)))),
    ];
    let mut all: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    all.push(("slow.py", SLOW));
    let folder = project(&all);
    let run = check(folder.path(), &[]);
    says(&run, "1 finding (1 warning) in 31 files.");
    for line in run.stderr.lines().filter(|line| line.starts_with("note: ")) {
        assert!(line.contains("nesting is too deep"), "{line}");
    }
}

/// Rust code with a finding.
const SLOW_RUST: &str = "pub async fn slow() {\n    std::thread::sleep(TIME);\n}\n";

/// A hundred thousand brackets that nobody closes, alone and below a function that is in order.
#[test]
fn open_brackets() {
    let mut files = Vec::new();
    for bracket in ["(", "[", "{"] {
        let open = lines(&bracket.repeat(100_000));
        files.push((format!("alone{}.py", files.len()), open.clone()));
        files.push((format!("alone{}.rs", files.len()), open.clone()));
        files.push((format!("below{}.py", files.len()), format!("{SLOW}\n\ndef broken():\n    x = {open}\n")));
        files.push((format!("below{}.rs", files.len()), format!("{SLOW_RUST}\nfn broken() {{\n    {open}\n}}\n")));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = project(&files);
    let run = check(folder.path(), &[]);
    // Rust loses the function. Python, which has no closing brackets to count, loses the file.
    says(&run, "3 findings (3 warnings) in 12 files.");
    for (name, _) in files {
        says(&run, &format!("{name}:"));
    }
}

/// Modules that import everything from each other.
#[test]
fn star_imports_in_a_circle() {
    let module = "use super::*;\n\nimpl T {\n    fn f() {}\n}\n";
    let root = "mod a;\nmod b;\nmod c;\npub use crate::{a::*, b::*, c::*};\n";
    let folder = project(&[
        ("Cargo.toml", "[package]\nname = \"p\"\nversion = \"0.1.0\"\n"),
        ("src/lib.rs", root),
        ("src/a.rs", module),
        ("src/b.rs", module),
        ("src/c.rs", module),
        ("py/__init__.py", "from .a import *\nfrom .b import *\nfrom .c import *\n"),
        ("py/a.py", "from . import *\nfrom .b import *\nunknown()\n"),
        ("py/b.py", "from . import *\nfrom .c import *\nunknown()\n"),
        ("py/c.py", "from . import *\nfrom .a import *\nunknown()\n"),
    ]);
    check(folder.path(), &[]);
}

#[test]
fn huge_minified_and_generated_files() {
    let folder = project(&[
        ("huge.py", &"x = 1\n".repeat(400_000)),
        ("minified.py", &"a=1;".repeat(10_000)),
        ("generated.rs", "// @generated by a tool\nfn main() {}\n"),
        ("good.py", "x = 1\n"),
    ]);
    let run = check(folder.path(), &[]);
    says(&run, "huge.py: has 2400000 bytes");
    says(&run, "1 file too large");
    says(&run, "2 files generated or minified");
    check(folder.path(), &["--max-file-size", "4M", "huge.py"]);
}

#[cfg(unix)]
#[test]
fn files_and_folders_that_cannot_be_read() {
    use std::os::unix::fs::PermissionsExt;

    let folder = project(&[("secret.py", "x = 1\n"), ("closed/a.py", "x = 1\n"), ("good.py", "x = 1\n")]);
    let close = |name: &str, mode| {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    close("secret.py", 0o000);
    close("closed", 0o000);
    let run = check(folder.path(), &[]);
    // A superuser may read everything.
    if fs::read_dir(folder.path().join("closed")).is_err() {
        assert!(run.stderr.contains("closed: cannot be read"), "{run:?}");
        says(&run, "secret.py: cannot be read");
    }
    close("closed", 0o755);
}

#[cfg(unix)]
#[test]
fn symbolic_links() {
    use std::os::unix::fs::symlink;

    let folder = project(&[("a/one.py", "x = 1\n")]);
    symlink(folder.path(), folder.path().join("a/up")).unwrap();
    symlink("loop", folder.path().join("loop")).unwrap();
    symlink("loop.py", folder.path().join("loop.py")).unwrap();
    symlink("nowhere.py", folder.path().join("broken.py")).unwrap();
    symlink("a", folder.path().join("link")).unwrap();
    let run = check(folder.path(), &[]);
    says(&run, "No findings in 1 file.");
    let run = check(folder.path(), &["link"]);
    says(&run, "No findings in 1 file.");
    let looped = common::run(laggard(folder.path(), &["check", "loop.py"]));
    assert_eq!(looped.code, 2, "a link that leads nowhere is no file: {looped:?}");
}

#[cfg(unix)]
#[test]
fn a_pipe_with_the_name_of_a_source_file_does_not_hang() {
    let folder = project(&[("good.py", "x = 1\n")]);
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe.py")).status();
    if made.is_ok_and(|status| status.success()) {
        check(folder.path(), &[]);
        let run = check(folder.path(), &["pipe.py"]);
        says(&run, "pipe.py: is not a readable file");
    }
}

/// Names that are not UTF-8 or hold line breaks.
#[cfg(target_os = "linux")]
#[test]
fn odd_file_names() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = project(&[("line\nbreak.py", "def (:\n"), ("with space.py", "x = 1\n"), ("-dash.py", "x = 1\n")]);
    fs::write(folder.path().join(OsStr::from_bytes(b"caf\xe9.py")), "x = 1\n").unwrap();
    let run = check(folder.path(), &["--", ".", "-dash.py"]);
    says(&run, "No findings in 4 files.");
    assert!(!run.stderr.contains("line\nbreak"), "{run:?}");
}

/// Folders and files come and go while the run looks at them.
#[test]
fn a_folder_that_vanishes() {
    let folder = project(&[("stays/a.py", "x = 1\n")]);
    for at in 0..300 {
        write(&folder, &format!("goes/{at}/deep/{at}.py"), b"x = 1\n");
    }
    let goes = folder.path().join("goes");
    let remover = std::thread::spawn(move || {
        for at in 0..300 {
            let _ = fs::remove_dir_all(goes.join(at.to_string()));
        }
    });
    for _ in 0..5 {
        check(folder.path(), &[]);
    }
    remover.join().unwrap();
}

/// The current folder itself is gone.
#[cfg(unix)]
#[test]
fn a_current_folder_that_is_gone() {
    for program in ["laggard", "cargo-laggard"] {
        let folder = project(&[]);
        let gone = folder.path().join("gone");
        fs::create_dir(&gone).unwrap();
        let script = format!("cd {0} && rmdir {0} && \"$LAGGARD\" check", gone.display());
        let command = if program == "laggard" { laggard(&gone, &[]) } else { cargo_laggard(&gone, &[]) };
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script]).env("LAGGARD", command.get_program());
        let run = run(shell);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains("error: "), "{run:?}");
    }
}

#[test]
fn thousands_of_paths() {
    let names: Vec<String> = (0..10_000).map(|at| format!("{}/{at}.py", at % 100)).collect();
    let folder = project(&[("fake.toml", "")]);
    for name in &names {
        write(&folder, name, b"x = 1\n");
    }
    let arguments: Vec<&str> = names.iter().map(String::as_str).collect();
    let named = check(folder.path(), &arguments);
    says(&named, "No findings in 10000 files.");
    assert_eq!(named.stderr, check(folder.path(), &[]).stderr);
}
