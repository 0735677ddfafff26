//! `--since`, `--merge-base`, `--changed-files` and `--staged`, on repositories made for the purpose.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{Run, SLOW, laggard, project, run, write};
use tempfile::TempDir;

/// Calls something of another file once per order.
const CALLER: &str = "\
from customers import load


def show(session, orders):
    for order in orders:
        print(load(session, order.customer_id))
";
const CHEAP: &str = "\
def load(session, key):
    return (session, key)
";
const COSTLY: &str = "\
from sqlalchemy.orm import Session


def load(session: Session, key):
    return session.get(Customer, key)
";

/// A repository with its work tree.
struct Repository(TempDir);

impl Repository {
    /// With a first commit of these files.
    fn new(files: &[(&str, &str)]) -> Repository {
        let repository = Repository(project(files));
        repository.git(&["init", "--quiet", "--initial-branch=main", "."]);
        repository.commit();
        repository
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        write(&self.0, name, text.as_bytes());
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.path().join(name)).unwrap();
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(self.path(), arguments)
    }

    fn commit(&self) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "a change"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// `path:line` of each finding.
    fn found(&self, arguments: &[&str]) -> Vec<String> {
        found(self.path(), arguments)
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let run = check(self.path(), arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        run.stderr
    }
}

/// git, whatever the user has configured.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(folder).args(["-c", "protocol.file.allow=always"]).args(arguments);
    command.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")]);
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Somebody").env(format!("GIT_{role}_EMAIL"), "somebody@example.org");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn check(folder: &Path, arguments: &[&str]) -> Run {
    run(laggard(folder, &[&["check", "--output-format", "concise"], arguments].concat()))
}

fn found(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let run = check(folder, arguments);
    assert_eq!(run.code, i32::from(!run.stdout.is_empty()), "{run:?}");
    let place = |line: &str| line.split(':').take(2).collect::<Vec<_>>().join(":");
    run.stdout.lines().map(place).collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_change_elsewhere_brings_a_finding_to_an_unchanged_file() {
    let repository = Repository::new(&[("caller.py", CALLER), ("customers.py", CHEAP)]);
    assert_eq!(repository.found(&["--since", "HEAD"]), NOTHING);
    repository.write("customers.py", COSTLY);
    assert_eq!(repository.found(&["--since", "HEAD"]), ["caller.py:6"], "not committed");
    repository.git(&["add", "--all"]);
    assert_eq!(repository.found(&["--since", "HEAD"]), ["caller.py:6"], "staged");
    repository.commit();
    assert_eq!(repository.found(&["--since", "HEAD"]), NOTHING);
    assert_eq!(repository.found(&["--since", "HEAD~1"]), ["caller.py:6"], "committed");
    let run = check(repository.path(), &["--since", "HEAD"]);
    assert!(run.stderr.contains("1 finding left out: the earlier revision has them; 0 others are gone.\n"), "{run:?}");
}

#[test]
fn a_call_that_comes_and_a_callee_that_was_costly() {
    let quiet = CALLER.replace("load(session, order.customer_id)", "order");
    let repository = Repository::new(&[("caller.py", &quiet), ("customers.py", COSTLY)]);
    repository.write("caller.py", CALLER);
    assert_eq!(repository.found(&["--since", "HEAD"]), ["caller.py:6"]);
    repository.commit();
    repository.write("customers.py", CHEAP);
    let run = check(repository.path(), &["--since", "HEAD"]);
    assert_eq!(run.stdout, "", "{run:?}");
    assert!(run.stderr.contains("0 findings left out: the earlier revision has them; 1 others are gone.\n"), "{run:?}");
}

#[test]
fn what_moved_is_not_new() {
    let repository = Repository::new(&[("slow.py", SLOW), ("other.py", "x = 1\n")]);
    repository.write("slow.py", &format!("# A line more.\n{}", SLOW.replace("for order", "for  order")));
    assert_eq!(repository.found(&["--since", "HEAD"]), NOTHING, "within the file");
    repository.write("slow.py", "x = 1\n");
    repository.write("other.py", &format!("y = 2\n\n{SLOW}"));
    assert_eq!(repository.found(&["--since", "HEAD"]), NOTHING, "to another file");
    repository.write("slow.py", SLOW);
    assert_eq!(repository.found(&["--since", "HEAD"]), ["other.py:8"], "a copy is one more");
}

#[test]
fn renamed_files_keep_their_findings() {
    let repository = Repository::new(&[("slow.py", SLOW), ("caller.py", CALLER), ("customers.py", COSTLY)]);
    repository.git(&["mv", "slow.py", "renamed.py"]);
    assert_eq!(repository.found(&["--since", "HEAD"]), NOTHING, "git knows of it");
    let edited = SLOW.replace("order.customer = session", "order.customer = order.c = session");
    repository.write("renamed.py", &edited);
    assert_eq!(repository.found(&["--since", "HEAD"]), NOTHING, "and the line was edited");
    repository.git(&["reset", "--quiet", "--hard"]);
    fs::rename(repository.path().join("slow.py"), repository.path().join("by-hand.py")).unwrap();
    assert_eq!(repository.found(&["--since", "HEAD"]), NOTHING, "git does not know of it");
    // The callee moves: the finding in the unchanged caller stays what it is.
    repository.git(&["mv", "customers.py", "clients.py"]);
    repository.write("caller.py", &CALLER.replace("from customers", "from clients"));
    assert_eq!(repository.found(&["--since", "HEAD"]), NOTHING);
}

#[test]
fn deleted_files_are_part_of_the_earlier_state() {
    let repository = Repository::new(&[("caller.py", CALLER), ("customers.py", COSTLY), ("slow.py", SLOW)]);
    repository.remove("slow.py");
    repository.remove("customers.py");
    repository.write("customers/__init__.py", COSTLY);
    let run = check(repository.path(), &["--since", "HEAD"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
    assert!(run.stderr.contains("1 finding left out: the earlier revision has them; 1 others are gone.\n"), "{run:?}");
}

#[test]
fn untracked_files_are_new() {
    let repository = Repository::new(&[("clean.py", "x = 1\n"), (".gitignore", "ignored.py\n")]);
    repository.write("slow.py", SLOW);
    repository.write("ignored.py", SLOW);
    assert_eq!(repository.found(&["--since", "HEAD"]), ["slow.py:6"]);
    assert_eq!(repository.found(&["--since", "HEAD", "ignored.py"]), ["ignored.py:6"], "it is named");
    repository.git(&["add", "--intent-to-add", "slow.py"]);
    assert_eq!(repository.found(&["--since", "HEAD"]), ["slow.py:6"]);
}

#[test]
fn one_more_of_a_kind_is_new_and_an_edited_line_is_not() {
    let repository = Repository::new(&[("slow.py", SLOW)]);
    let twice =
        format!("{SLOW}    for order in orders:\n        order.customer = session.get(Customer, order.customer_id)\n");
    repository.write("slow.py", &twice);
    assert_eq!(repository.found(&["--since", "HEAD"]), ["slow.py:8"]);
    repository.write("slow.py", &SLOW.replace("order", "one"));
    assert_eq!(repository.found(&["--since", "HEAD"]), NOTHING);
    repository.write("slow.py", &SLOW.replace("session.get(Customer, order.customer_id)", "session.scalars(order)"));
    assert_eq!(repository.found(&["--since", "HEAD"]), ["slow.py:6"], "another call");
}

#[test]
fn comments_that_suppress_and_settings() {
    let suppressed = SLOW.replace("customer_id)", "customer_id)  # laggard: ignore[query-in-loop] few");
    let repository = Repository::new(&[("slow.py", &suppressed), ("slow_too.py", SLOW)]);
    repository.write("slow.py", SLOW);
    assert_eq!(repository.found(&["--since", "HEAD"]), ["slow.py:6"], "the comment is gone");
    repository.commit();
    repository.write("laggard.toml", "[[overrides]]\npaths = [\"slow.py\"]\nignore = [\"all\"]\n");
    assert_eq!(repository.found(&["--since", "HEAD"]), NOTHING);
    repository.commit();
    repository.remove("laggard.toml");
    assert_eq!(repository.found(&["--since", "HEAD"]), NOTHING, "a changed setting makes no finding new");
}

#[test]
fn branches_and_merges() {
    let repository = Repository::new(&[("base.py", "x = 1\n")]);
    repository.git(&["switch", "--quiet", "--create", "feature"]);
    repository.write("own.py", SLOW);
    repository.commit();
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("theirs.py", &SLOW.replace("order", "item"));
    repository.commit();
    repository.git(&["switch", "--quiet", "feature"]);
    assert_eq!(repository.found(&["--merge-base", "main"]), ["own.py:6"]);
    let run = check(repository.path(), &["--since", "main"]);
    assert!(run.stderr.contains("1 others are gone"), "not merged yet: {run:?}");
    repository.git(&["merge", "--quiet", "--no-edit", "main"]);
    assert_eq!(repository.found(&["--merge-base", "main"]), ["own.py:6"], "what came with the merge is not ours");
    assert_eq!(repository.found(&["--since", "HEAD^1"]), ["theirs.py:6"]);
    assert_eq!(repository.found(&["--since", "HEAD^2"]), ["own.py:6"]);
    // In the middle of a merge with a conflict.
    repository.write("base.py", "x = 2\n");
    repository.commit();
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("base.py", "x = 3\n");
    repository.commit();
    let mut merge = Command::new("git");
    merge.current_dir(repository.path()).args(["merge", "--quiet", "feature"]);
    merge.envs([("GIT_COMMITTER_NAME", "S"), ("GIT_COMMITTER_EMAIL", "s@example.org")]);
    assert!(!merge.output().unwrap().status.success(), "there is a conflict");
    assert_eq!(repository.found(&["--since", "HEAD"]), ["own.py:6"]);
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    let origin = Repository::new(&[("slow.py", SLOW)]);
    let first = origin.git(&["rev-parse", "HEAD"]);
    origin.write("more.py", &SLOW.replace("order", "item"));
    origin.commit();
    origin.git(&["switch", "--quiet", "--create", "feature"]);
    origin.write("own.py", &SLOW.replace("order", "thing"));
    origin.commit();
    let clones = project(&[]);
    let url = format!("file://{}", origin.path().display());
    git(clones.path(), &["clone", "--quiet", "--depth=1", "--no-single-branch", &url, "clone"]);
    let clone = clones.path().join("clone");
    for revision in ["HEAD~1", &first] {
        let run = check(&clone, &["--since", revision]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        let error = format!("error: the revision `{revision}` is not in this clone, which is shallow\n");
        assert!(run.stderr.contains(&error), "{run:?}");
        assert!(run.stderr.contains(&format!("git fetch --depth=1 origin {revision}")), "{run:?}");
    }
    let parted = check(&clone, &["--merge-base", "origin/main"]);
    assert_eq!(parted.code, 2, "{parted:?}");
    assert!(parted.stderr.contains("parted is not in this clone, which is shallow"), "{parted:?}");
    assert!(parted.stderr.contains("git fetch --unshallow"), "{parted:?}");
    // What the error says helps.
    git(&clone, &["fetch", "--quiet", "--depth=1", "origin", &first]);
    assert_eq!(found(&clone, &["--since", &first]), ["more.py:6", "own.py:6"]);
    git(&clone, &["fetch", "--quiet", "--unshallow"]);
    assert_eq!(found(&clone, &["--merge-base", "origin/main"]), ["own.py:6"]);
}

/// Nothing is fetched: a clone without the older files says so.
#[test]
fn a_partial_clone_fetches_nothing() {
    let origin = Repository::new(&[("slow.py", "x = 1\n")]);
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    origin.write("slow.py", SLOW);
    origin.commit();
    let clones = project(&[]);
    let url = format!("file://{}", origin.path().display());
    git(clones.path(), &["clone", "--quiet", "--filter=blob:none", &url, "clone"]);
    let clone = clones.path().join("clone");
    let run = check(&clone, &["--since", "HEAD~1"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("help: `git diff REVISION` fetches them"), "{run:?}");
    git(&clone, &["diff", "HEAD~1"]);
    assert_eq!(found(&clone, &["--since", "HEAD~1"]), ["slow.py:6"]);
}

#[test]
fn what_cannot_be_compared_is_an_error() {
    let repository = Repository::new(&[("slow.py", SLOW)]);
    repository.git(&["branch", "development"]);
    let said = repository.refused(&["--since", "developmnet"]);
    assert!(said.contains("there is no revision `developmnet` in this repository"), "{said}");
    assert!(said.contains("did you mean `development`?"), "{said}");
    assert!(repository.refused(&["--since=--output=x"]).contains("there is no revision"));
    assert!(repository.refused(&["--since", "HEAD:slow.py"]).contains("there is no revision"));
    repository.git(&["switch", "--quiet", "--orphan", "alone"]);
    repository.write("x.py", "x = 1\n");
    repository.commit();
    assert!(repository.refused(&["--merge-base", "main"]).contains("share no history"));
    assert_eq!(run(laggard(repository.path(), &["check", "--since", "main", "--merge-base", "main"])).code, 2);
    assert!(run(laggard(repository.path(), &["baseline", "create", "--since", "main"])).code == 2);

    let outside = project(&[("slow.py", SLOW)]);
    let said = check(outside.path(), &["--since", "HEAD"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.stderr.contains("not a git repository"), "{said:?}");
    let mut without_git = laggard(repository.path(), &["check", "--since", "HEAD"]);
    without_git.env("PATH", outside.path());
    let said = run(without_git);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.stderr.contains("`git` cannot be run"), "{said:?}");
}

#[test]
fn folders_and_names_of_every_kind() {
    let caller = CALLER.replace("from customers", "from inner.customers");
    let repository = Repository::new(&[
        ("part/caller.py", &caller),
        ("part/inner/__init__.py", ""),
        ("part/inner/customers.py", CHEAP),
        ("part/žluť a b\n.py", "x = 1\n"),
        ("else/customers.py", CHEAP),
        ("tool", "#!/usr/bin/env python3\nx = 1\n"),
    ]);
    repository.write("part/inner/customers.py", COSTLY);
    repository.write("part/žluť a b\n.py", SLOW);
    repository.write("else/slow.py", SLOW);
    repository.write("tool", &format!("#!/usr/bin/env python3\n{SLOW}"));
    let part = ["caller.py:6", "žluť a b?.py:6"];
    let shown = |found: Vec<String>| found.into_iter().map(|path| path.replace('\n', "?")).collect::<Vec<_>>();
    assert_eq!(shown(found(&repository.path().join("part"), &["--since", "HEAD"])), part, "a folder of the repository");
    let above = repository.path().parent().unwrap();
    let name = repository.path().file_name().unwrap().to_str().unwrap();
    let from_above = shown(found(above, &["--since", "HEAD", &format!("{name}/part")]));
    assert_eq!(from_above, part.map(|path| format!("{name}/part/{path}")), "from above the repository");
    assert_eq!(repository.found(&["--since", "HEAD", "else", "tool"]), ["else/slow.py:6", "tool:7"]);
    let linked = project(&[]);
    let tree = linked.path().join("tree");
    repository.git(&["worktree", "add", "--quiet", tree.to_str().unwrap()]);
    fs::write(tree.join("slow.py"), SLOW).unwrap();
    assert_eq!(found(&tree, &["--since", "main"]), ["slow.py:6"], "a linked work tree");
}

/// What another repository holds within this one has no history here: it is compared as it is.
#[test]
fn submodules_are_compared_as_they_are() {
    let library = Repository::new(&[("slow.py", SLOW)]);
    let repository = Repository::new(&[("x.py", "x = 1\n")]);
    repository.git(&["submodule", "--quiet", "add", library.path().to_str().unwrap(), "library"]);
    repository.commit();
    assert_eq!(repository.found(&[]), ["library/slow.py:6"]);
    assert_eq!(repository.found(&["--since", "HEAD"]), NOTHING);
    repository.write("library/more.py", SLOW);
    assert_eq!(repository.found(&["--since", "HEAD"]), NOTHING);
}

#[test]
fn the_repository_stays_as_it_is() {
    let repository = Repository::new(&[("caller.py", CALLER), ("customers.py", CHEAP)]);
    repository.write("customers.py", COSTLY);
    // The index has no times of the new file: a plain `git diff` would write them.
    let index = || fs::read(repository.path().join(".git/index")).unwrap();
    let before = index();
    for arguments in [&["--since", "HEAD"] as &[&str], &["--changed-files"], &["--staged"]] {
        check(repository.path(), arguments);
        assert!(index() == before, "{arguments:?}");
    }
    assert_eq!(repository.git(&["status", "--porcelain"]), "M customers.py");
}

#[test]
fn changed_files_choose_what_is_reported() {
    let repository = Repository::new(&[("caller.py", CALLER), ("customers.py", CHEAP), ("slow.py", SLOW)]);
    repository.write("customers.py", COSTLY);
    repository.write("new.py", SLOW);
    assert_eq!(repository.found(&[]), ["caller.py:6", "new.py:6", "slow.py:6"]);
    assert_eq!(repository.found(&["--changed-files"]), ["new.py:6"]);
    repository.write("slow.py", &format!("{SLOW}\n"));
    assert_eq!(repository.found(&["--changed-files"]), ["new.py:6", "slow.py:6"]);
    assert_eq!(repository.found(&["--changed-files", "--since", "HEAD"]), ["new.py:6"]);
    repository.commit();
    assert_eq!(repository.found(&["--changed-files"]), NOTHING);
    repository.write("caller.py", &format!("{CALLER}\n"));
    assert_eq!(repository.found(&["--changed-files"]), ["caller.py:6"], "the whole is analysed");
    assert_eq!(repository.found(&["--changed-files", "--since", "HEAD~1"]), ["caller.py:6", "new.py:6"]);
}

#[test]
fn staged_is_what_the_commit_would_hold() {
    let repository = Repository::new(&[("caller.py", CALLER), ("customers.py", CHEAP), ("slow.py", SLOW)]);
    assert_eq!(repository.found(&["--staged"]), NOTHING);
    // Staged, and mended on the disk.
    repository.write("staged.py", SLOW);
    repository.git(&["add", "staged.py"]);
    repository.write("staged.py", "x = 1\n");
    // On the disk, and not staged.
    repository.write("slow.py", &format!("{SLOW}\n"));
    repository.write("untracked.py", SLOW);
    assert_eq!(repository.found(&["--staged"]), ["staged.py:6"]);
    repository.remove("staged.py");
    assert_eq!(repository.found(&["--staged"]), ["staged.py:6"], "gone on the disk");
    // The callee is staged with a cost that the disk has not.
    repository.write("customers.py", COSTLY);
    repository.git(&["add", "customers.py"]);
    repository.write("customers.py", CHEAP);
    assert_eq!(repository.found(&["--staged"]), ["staged.py:6"], "caller.py does not change");
    let new = repository.found(&["--staged", "--since", "HEAD"]);
    assert_eq!(new, ["caller.py:6", "staged.py:6"], "what is new is reported wherever it is");
    repository.write("caller.py", &format!("{CALLER}\n"));
    repository.git(&["add", "caller.py"]);
    assert_eq!(repository.found(&["--staged"]), ["caller.py:6", "staged.py:6"]);
    let full = run(laggard(repository.path(), &["check", "--staged"]));
    assert!(full.stdout.contains("order.customer = session.get(Customer, order.customer_id)"), "{full:?}");
}

/// A text on stdin is a change, whatever the disk has.
#[test]
fn a_text_on_stdin_is_compared_too() {
    let repository = Repository::new(&[("caller.py", CALLER), ("customers.py", CHEAP), ("slow.py", SLOW)]);
    let with = |name: &str, text: &str, arguments: &[&str]| {
        let given = project(&[("text", text)]);
        let named = ["check", "--output-format", "concise", "--quiet", "--project", ".", "-", "--stdin-filename", name];
        let mut command = laggard(repository.path(), &[&named, arguments].concat());
        command.stdin(fs::File::open(given.path().join("text")).unwrap());
        run(command).stdout.lines().map(|line| line.split(": ").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let since = ["--since", "HEAD", "caller.py", "slow.py"];
    assert_eq!(with("customers.py", COSTLY, &since), ["caller.py:6:15"], "the disk is as it was");
    assert_eq!(with("customers.py", CHEAP, &since), NOTHING);
    let twice = format!("{SLOW}    for order in orders:\n        session.get(Other, order.other_id)\n");
    assert_eq!(with("slow.py", &twice, &since), ["slow.py:8:9"]);
    assert_eq!(with("slow.py", SLOW, &["--changed-files"]), ["slow.py:6:26"]);
    repository.write("customers.py", COSTLY);
    assert_eq!(with("customers.py", CHEAP, &since), NOTHING, "the disk has changed, the text has not");
    assert_eq!(with("new.py", SLOW, &["--since", "HEAD"]), ["new.py:6:26"]);
}

/// Of a fix, too, only what is new is wanted.
#[test]
fn only_what_is_new_is_fixed() {
    let rust = |name: &str| {
        format!(
            "pub fn {name}(names: &[String]) -> usize {{\n    names.iter().skip_while(|name| name.is_empty()).collect::<Vec<_>>().len()\n}}\n"
        )
    };
    let repository = Repository::new(&[("lib.rs", &rust("old"))]);
    repository.write("more.rs", &rust("new"));
    let before = repository.found(&["--select", "all"]);
    assert_eq!(before, ["lib.rs:2", "more.rs:2"]);
    let fixed = check(repository.path(), &["--select", "all", "--since", "HEAD", "--fix"]);
    assert_eq!((fixed.code, fixed.stdout.as_str()), (0, ""), "{fixed:?}");
    assert_eq!(repository.found(&["--select", "all"]), ["lib.rs:2"]);
}

#[test]
fn before_the_first_commit_all_is_new() {
    let repository = Repository(project(&[("slow.py", SLOW), ("other.py", SLOW)]));
    repository.git(&["init", "--quiet", "."]);
    assert_eq!(repository.found(&["--changed-files"]), ["other.py:6", "slow.py:6"]);
    assert_eq!(repository.found(&["--staged"]), NOTHING);
    repository.git(&["add", "slow.py"]);
    assert_eq!(repository.found(&["--staged"]), ["slow.py:6"]);
    assert_eq!(repository.found(&["--staged", "--since", "HEAD"]), ["slow.py:6"]);
    assert_eq!(repository.found(&["--since", "HEAD"]), ["other.py:6", "slow.py:6"]);
    assert!(repository.refused(&["--since", "HEAD~1"]).contains("there is no revision `HEAD~1`"));
    assert!(repository.refused(&["--merge-base", "HEAD"]).contains("share no history"));
}
