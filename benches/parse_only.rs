//! The floor that `benches/run` compares laggard with: reads the same files and calls nothing but the exact parsers.
//!
//! Arguments are files and folders, and `--jobs NUMBER`. Prints `seconds files bytes`, by the clock.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Instant;

use laggard::config::Config;
use laggard::generated::{Kind, kind};
use laggard::source::{self, SourceFile};
use laggard::{discover, lang};
use rayon::prelude::*;

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As much as the program gives its threads.
const STACK: usize = 64 * 1024 * 1024;

fn main() {
    let (paths, jobs) = arguments();
    if paths.is_empty() {
        println!("usage: parse_only [--jobs NUMBER] PATH...");
        return;
    }
    let current = std::env::current_dir().expect("a current folder");
    let config = Config { jobs, ..Config::new(&current, &paths) };
    let discovered = discover::source_files(&config, lang::all()).expect("paths that exist");
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK).num_threads(jobs.unwrap_or(0)).build();
    let start = Instant::now();
    let bytes: Vec<usize> = pool.expect("threads").install(|| discovered.files.par_iter().filter_map(parse).collect());
    println!("{:.6} {} {}", start.elapsed().as_secs_f64(), bytes.len(), bytes.iter().sum::<usize>());
}

/// Paths, and the number of threads. `cargo bench` adds `--bench`, which says nothing.
fn arguments() -> (Vec<PathBuf>, Option<usize>) {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let mut paths = Vec::new();
    let mut jobs = None;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--jobs" => jobs = arguments.next().and_then(|number| number.parse().ok()),
            path => paths.push(path.into()),
        }
    }
    (paths, jobs)
}

/// Parses a file and drops the tree; gives its size. Files that the program leaves out are left out.
fn parse(file: &SourceFile) -> Option<usize> {
    let text = source::read(&file.location).ok().filter(|text| kind(text) != Kind::Minified)?;
    let parse = || match lang::all()[file.language].profile().name {
        "python" => drop(ruff_python_parser::parse_unchecked_source(&text, ruff_python_ast::PySourceType::Python)),
        "rust" => {
            drop(syn::parse_file(&text));
            proc_macro2::extra::invalidate_current_thread_spans();
        }
        "go" => {
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&tree_sitter_go::LANGUAGE.into()).expect("a grammar of this version");
            drop(parser.parse(&text, None));
        }
        "java" => {
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&tree_sitter_java::LANGUAGE.into()).expect("a grammar of this version");
            drop(parser.parse(&text, None));
        }
        "zig" => {
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&tree_sitter_zig::LANGUAGE.into()).expect("a grammar of this version");
            drop(parser.parse(&text, None));
        }
        "javascript" => {
            let allocator = oxc_allocator::Allocator::default();
            drop(oxc_parser::Parser::new(&allocator, &text, oxc_span::SourceType::tsx()).parse());
        }
        language => unimplemented!("{language}"),
    };
    // What a parser cannot stand costs it little: the file counts as parsed.
    let _ = catch_unwind(AssertUnwindSafe(parse));
    Some(text.len())
}
