//! Compiles `rules/` into the program: the model tables as static data with their indexes, the rule pages as text.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs};

use walkdir::WalkDir;

#[allow(dead_code)]
#[path = "src/effect.rs"]
mod effect;
#[allow(dead_code)]
#[path = "src/model/hash.rs"]
mod hash;
#[allow(dead_code)]
#[path = "src/model/table.rs"]
mod table;
#[allow(dead_code)]
#[path = "src/version.rs"]
mod version;

use hash::HashIndex;
use table::{
    AdviceRow, Argument, ColumnRow, FinderRow, HandlerRow, IndexRow, Indexes, MadeTableRow, ModelFile, ReferenceRow,
    RelationRow, RendererRow, Row, Table, TableRow, TemplateRow, Text, TypeRow, ViewRow,
};

fn main() {
    for input in ["rules", "build.rs", "src/effect.rs", "src/model/hash.rs", "src/model/table.rs", "src/version.rs"] {
        println!("cargo:rerun-if-changed={input}");
    }
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the package folder"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names the output folder"));
    let rules = root.join("rules");
    fs::write(out.join("models.rs"), models(&rules.join("models"))).expect("the output folder is writable");
    fs::write(out.join("pages.rs"), pages(&rules)).expect("the output folder is writable");
    println!("cargo:rustc-env=FACTS_VERSION={}", version_of(&root, MAKES_FACTS));
    println!("cargo:rustc-env=PROGRAM_VERSION={}", version_of(&root, MAKES_FINDINGS));
    let is_static = env::var("CARGO_CFG_TARGET_FEATURE").is_ok_and(|features| features.contains("crt-static"));
    if is_target("OS", "linux") && is_target("ENV", "gnu") && !is_static {
        // The tables are full of pointers. In a program that may be loaded anywhere every start writes all of them, which
        // takes several milliseconds; in one that is loaded where it was linked for they are there.
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}

/// Is this what the program is compiled for?
fn is_target(part: &str, name: &str) -> bool {
    env::var(format!("CARGO_CFG_TARGET_{part}")).is_ok_and(|target| target == name)
}

/// What decides which facts a text has: parsers, extraction, and the form of facts.
const MAKES_FACTS: &[&str] = &[
    "Cargo.lock",
    "src/extract",
    "src/facts.rs",
    "src/generated.rs",
    "src/interner.rs",
    "src/lang",
    "src/qualified.rs",
    "src/source.rs",
    "src/sql",
    "src/syntax.rs",
];

/// What decides what a run finds.
const MAKES_FINDINGS: &[&str] = &["Cargo.lock", "build.rs", "rules", "src"];

/// Is another one whenever what is made of these may be another, so that nobody has to remember to count up.
fn version_of(root: &Path, inputs: &[&str]) -> String {
    let mut hasher = DefaultHasher::new();
    for input in inputs {
        println!("cargo:rerun-if-changed={input}");
        for entry in WalkDir::new(root.join(input)).sort_by_file_name().into_iter().filter_map(Result::ok) {
            if entry.file_type().is_file() {
                entry.path().strip_prefix(root).ok().hash(&mut hasher);
                fs::read(entry.path()).unwrap_or_default().hash(&mut hasher);
            }
        }
    }
    format!("{}-{:016x}", env!("CARGO_PKG_VERSION"), hasher.finish())
}

/// Files below a folder with this extension, sorted by path.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    let paths = entries.filter(|entry| entry.file_type().is_file()).map(|entry| entry.into_path());
    paths.filter(|path| path.extension().is_some_and(|own| own == extension)).collect()
}

fn file_stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The name of the folder that holds a file.
fn folder_name(path: &Path) -> String {
    path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned()
}

// --- rule pages ---

/// `(family, name, text)` of every page, sorted.
fn pages(rules: &Path) -> String {
    let mut code = String::from("/// The rule pages that come with the program: family, name, text.\n");
    code.push_str("pub static PAGES: &[(&str, &str, &str)] = &[\n");
    for path in files(rules, "md") {
        let depth = path.strip_prefix(rules).map_or(0, |relative| relative.components().count());
        let family = folder_name(&path);
        if depth == 2 && family != "models" {
            writeln!(code, "({family:?}, {:?}, include_str!({:?})),", file_stem(&path), path).unwrap();
        }
    }
    code + "];\n"
}

// --- models ---

fn models(folder: &Path) -> String {
    let mut languages: BTreeMap<String, Vec<(PathBuf, ModelFile)>> = BTreeMap::new();
    for path in files(folder, "toml") {
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file = ModelFile::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        languages.entry(folder_name(&path)).or_default().push((path, file));
    }
    let mut code = String::new();
    let mut list = String::new();
    for (language, files) in languages {
        refuse_doubles(&files);
        let name = language.to_uppercase();
        let table = Table::EMPTY.extended(files.into_iter().map(|(_, file)| file));
        code.push_str(&table_code(&name, &table));
        writeln!(list, "({language:?}, &{name}),").unwrap();
    }
    format!(
        "{code}/// The tables that come with the program, by language.\nstatic BUILT_IN: &[(&str, &Table)] = &[\n{list}];\n"
    )
}

/// One fact, one place.
fn refuse_doubles(files: &[(PathBuf, ModelFile)]) {
    let mut places: BTreeMap<(&str, &str), &Path> = BTreeMap::new();
    for (path, file) in files {
        let calls = file.calls.keys().map(|name| ("row", name));
        let types = file.types.keys().map(|name| ("type", name));
        let aliases = file.aliases.keys().map(|name| ("alias", name));
        let factories = file.factories.keys().map(|name| ("factory", name));
        let relations = file.relations.keys().map(|name| ("relation", name));
        let advice = file.advice.keys().map(|name| ("advice on", name));
        for (what, name) in calls.chain(types).chain(aliases).chain(factories).chain(relations).chain(advice) {
            if let Some(first) = places.insert((what, name), path) {
                panic!("{}: {what} `{name}` is also in {}", path.display(), first.display());
            }
        }
    }
}

fn table_code(name: &str, table: &Table) -> String {
    let parts = [
        format!("rows: {}", list_code(&table.rows, row_code)),
        format!("patterns: {}", list_code(&table.patterns, row_code)),
        format!(
            "types: {}",
            list_code(&table.types, |(name, row)| format!("({}, {})", text_code(name), type_code(row)))
        ),
        format!("aliases: {}", list_code(&table.aliases, pair_code)),
        format!("factories: {}", list_code(&table.factories, pair_code)),
        format!(
            "relations: {}",
            list_code(&table.relations, |(name, row)| format!("({}, {})", text_code(name), relation_code(row)))
        ),
        format!(
            "tables: {}",
            list_code(&table.tables, |(name, row)| format!("({}, {})", text_code(name), table_row_code(row)))
        ),
        format!(
            "columns: {}",
            list_code(&table.columns, |(name, row)| format!("({}, {})", text_code(name), column_code(row)))
        ),
        format!(
            "table_indexes: {}",
            list_code(&table.table_indexes, |(name, row)| format!("({}, {})", text_code(name), index_row_code(row)))
        ),
        format!(
            "made_tables: {}",
            list_code(&table.made_tables, |(name, row)| format!("({}, {})", text_code(name), made_table_code(row)))
        ),
        format!(
            "finders: {}",
            list_code(&table.finders, |(name, row)| format!("({}, {})", text_code(name), finder_code(row)))
        ),
        format!(
            "comparisons: {}",
            list_code(&table.comparisons, |(name, kind)| format!("({}, ComparisonKind::{kind:?})", text_code(name)))
        ),
        format!(
            "references: {}",
            list_code(&table.references, |(name, row)| format!("({}, {})", text_code(name), reference_code(row)))
        ),
        format!(
            "renderers: {}",
            list_code(&table.renderers, |(name, row)| format!("({}, {})", text_code(name), renderer_code(row)))
        ),
        format!(
            "views: {}",
            list_code(&table.views, |(name, row)| format!("({}, {})", text_code(name), view_code(row)))
        ),
        format!(
            "templates: {}",
            list_code(&table.templates, |(name, row)| format!("({}, {})", text_code(name), template_code(row)))
        ),
        format!(
            "advice: {}",
            list_code(&table.advice, |(name, row)| format!("({}, {})", text_code(name), advice_code(row)))
        ),
        format!(
            "handlers: {}",
            list_code(&table.handlers, |(name, row)| format!("({}, {})", text_code(name), handler_code(row)))
        ),
        format!("type_names: {}", list_code(&table.type_names, text_code)),
        format!("members: {}", list_code(&table.members, u32::to_string)),
        format!("indexes: {}", indexes_code(&table.indexes)),
    ];
    format!("static {name}: Table = Table {{\n{} }};\n", parts.join(",\n"))
}

fn indexes_code(indexes: &Indexes) -> String {
    let Indexes { rows, types, aliases, factories, type_names } = indexes;
    let parts = [("rows", rows), ("types", types), ("aliases", aliases), ("factories", factories)];
    let all = parts.into_iter().chain([("type_names", type_names)]);
    let code: Vec<String> = all.map(|(name, index)| format!("{name}: {}", index_code(index))).collect();
    format!("Indexes {{ {} }}", code.join(",\n"))
}

fn index_code(index: &HashIndex) -> String {
    let slots: Vec<String> = index.slots.iter().map(u32::to_string).collect();
    format!("HashIndex {{ slots: Borrowed(&[{}]) }}", slots.join(","))
}

fn row_code(row: &Row) -> String {
    format!(
        "Row {{ path: {}, kind: RowKind::{:?}, effects: EffectSet({}), color: Color::{:?}, laziness: Laziness::{:?}, \
         returns: {}, alternative: {}, alternative_for_writes: {}, alternative_for_new: {}, alternative_for_same: {}, alternative_for_several: {}, condition: {}, sets: {}, advice: {}, threads_for_plain: {}, asynchronous: {}, cost: {}, \
         notes: {}, source: {}, repeats: {}, gives: {}, carries: {:?}, shows_object: {:?}, together: {:?}, by_name: {:?}, guards: {:?}, any_iterator: {:?}, works_at: {:?}, loads: {:?}, loads_mentioned: {:?}, iterates: {}, compiles: {}, piecewise: {}, calls_member: {}, entry: {}, typing: {}, after: {}, closed_by: {}, finds: {}, takes: {}, all_rows_unless: {}, sends: {} }}",
        text_code(&row.path),
        row.kind,
        row.effects.0,
        row.color,
        row.laziness,
        text_code(&row.returns),
        text_code(&row.alternative),
        text_code(&row.alternative_for_writes),
        text_code(&row.alternative_for_new),
        text_code(&row.alternative_for_same),
        text_code(&row.alternative_for_several),
        text_code(&row.condition),
        text_code(&row.sets),
        text_code(&row.advice),
        text_code(&row.threads_for_plain),
        text_code(&row.asynchronous),
        text_code(&row.cost),
        text_code(&row.notes),
        text_code(&row.source),
        optional_argument_code(row.repeats.as_ref()),
        text_code(&row.gives),
        row.carries,
        row.shows_object,
        row.together,
        row.by_name,
        row.guards,
        row.any_iterator,
        row.works_at,
        row.loads,
        row.loads_mentioned,
        optional_argument_code(row.iterates.as_ref()),
        optional_argument_code(row.compiles.as_ref()),
        text_code(&row.piecewise),
        text_code(&row.calls_member),
        list_code(&row.entry, argument_code),
        list_code(&row.typing, argument_code),
        list_code(&row.after, text_code),
        list_code(&row.closed_by, text_code),
        row.finds,
        list_code(&row.takes, text_code),
        row.all_rows_unless.as_ref().map_or("None".to_owned(), |keys| format!("Some({})", list_code(keys, text_code))),
        optional_argument_code(row.sends.as_ref()),
    )
}

fn relation_code(row: &RelationRow) -> String {
    let texts = [
        ("reverse", &row.reverse),
        ("reverse_default", &row.reverse_default),
        ("inverse", &row.inverse),
        ("many", &row.many),
        ("separator", &row.separator),
        ("load_one", &row.load_one),
        ("load_many", &row.load_many),
        ("key", &row.key),
        ("abstract_by", &row.abstract_by),
        ("when", &row.when),
        ("when_read", &row.when_read),
        ("key_by", &row.key_by),
        ("optional_by", &row.optional_by),
    ];
    let lists = [
        ("key_members", &row.key_members),
        ("loaded_by", &row.loaded_by),
        ("batched_by", &row.batched_by),
        ("unread", &row.unread),
    ];
    let lists: Vec<String> =
        lists.iter().map(|(name, list)| format!("{name}: {}", list_code(list, text_code))).collect();
    let texts: Vec<String> = texts.iter().map(|(name, text)| format!("{name}: {}", text_code(text))).collect();
    format!(
        "RelationRow {{ target: {}, kind: RelationKind::{:?}, reverse_kind: RelationKind::{:?}, loaded_below: {}, loaded_unless_said: {}, {}, {} }}",
        optional_argument_code(row.target.as_ref()),
        row.kind,
        row.reverse_kind,
        row.loaded_below,
        row.loaded_unless_said,
        lists.join(", "),
        texts.join(", ")
    )
}

fn table_row_code(row: &TableRow) -> String {
    let texts = [
        ("options", &row.options),
        ("name", &row.name),
        ("name_default", &row.name_default),
        ("abstract_by", &row.abstract_by),
        ("key", &row.key),
        ("key_alias", &row.key_alias),
        ("index", &row.index),
        ("asked_by", &row.asked_by),
        ("loads_where", &row.loads_where),
    ];
    let lists = [
        ("indexes", &row.indexes),
        ("column_sets", &row.column_sets),
        ("equal", &row.equal),
        ("ranges", &row.ranges),
        ("all_of", &row.all_of),
        ("loads", &row.loads),
    ];
    let texts = texts.iter().map(|(name, text)| format!("{name}: {}", text_code(text)));
    let lists = lists.iter().map(|(name, list)| format!("{name}: {}", list_code(list, text_code)));
    format!("TableRow {{ {} }}", texts.chain(lists).collect::<Vec<_>>().join(", "))
}

fn column_code(row: &ColumnRow) -> String {
    let texts =
        [("key_by", &row.key_by), ("refers_by", &row.refers_by), ("suffix", &row.suffix), ("few_by", &row.few_by)];
    let lists = [("indexed_by", &row.indexed_by), ("few_types", &row.few_types), ("key_types", &row.key_types)];
    let texts = texts.iter().map(|(name, text)| format!("{name}: {}", text_code(text)));
    let lists = lists.iter().map(|(name, list)| format!("{name}: {}", list_code(list, text_code)));
    format!(
        "ColumnRow {{ indexed: {}, few: {}, named_by: {}, {} }}",
        row.indexed,
        row.few,
        optional_argument_code(row.named_by.as_ref()),
        texts.chain(lists).collect::<Vec<_>>().join(", ")
    )
}

fn reference_code(row: &ReferenceRow) -> String {
    let target = optional_argument_code(row.target.as_ref());
    format!("ReferenceRow {{ target: {target}, columns: {}, name: {} }}", text_code(&row.columns), text_code(&row.name))
}

fn finder_code(row: &FinderRow) -> String {
    let texts =
        [("by", &row.by), ("and", &row.and), ("or", &row.or), ("order", &row.order), ("table_name", &row.table_name)];
    let lists = [
        ("equal", &row.equal),
        ("ranges", &row.ranges),
        ("ranges_of_two", &row.ranges_of_two),
        ("others", &row.others),
        ("without_value", &row.without_value),
        ("tables_by", &row.tables_by),
        ("entities_by", &row.entities_by),
        ("suffixes", &row.suffixes),
    ];
    let texts = texts.iter().map(|(name, text)| format!("{name}: {}", text_code(text)));
    let lists = lists.iter().map(|(name, list)| format!("{name}: {}", list_code(list, text_code)));
    format!("FinderRow {{ {} }}", texts.chain(lists).collect::<Vec<_>>().join(", "))
}

fn made_table_code(row: &MadeTableRow) -> String {
    let lists = [
        ("indexed_by", &row.indexed_by),
        ("key_by", &row.key_by),
        ("few", &row.few),
        ("index_by", &row.index_by),
        ("orders", &row.orders),
    ];
    let lists: Vec<String> =
        lists.iter().map(|(name, list)| format!("{name}: {}", list_code(list, text_code))).collect();
    format!(
        "MadeTableRow {{ columns: {}, keys_are_indexed: {}, few_by: {}, index: {}, {} }}",
        optional_argument_code(row.columns.as_ref()),
        row.keys_are_indexed,
        text_code(&row.few_by),
        text_code(&row.index),
        lists.join(", ")
    )
}

fn index_row_code(row: &IndexRow) -> String {
    let table = optional_argument_code(row.table.as_ref());
    format!("IndexRow {{ columns: {}, skipped: {}, table: {table} }}", text_code(&row.columns), row.skipped)
}

fn renderer_code(row: &RendererRow) -> String {
    let texts = [
        ("model", &row.model),
        ("source", &row.source),
        ("source_separator", &row.source_separator),
        ("method_field", &row.method_field),
        ("method_name", &row.method_name),
        ("method_prefix", &row.method_prefix),
        ("method_row", &row.method_row),
        ("many", &row.many),
        ("fields", &row.fields),
        ("every_field", &row.every_field),
        ("depth", &row.depth),
    ];
    let lists = [
        ("row_methods", &row.row_methods),
        ("list_fields", &row.list_fields),
        ("key_fields", &row.key_fields),
        ("related_fields", &row.related_fields),
        ("text_fields", &row.text_fields),
    ];
    let texts = texts.iter().map(|(name, text)| format!("{name}: {}", text_code(text)));
    let lists = lists.iter().map(|(name, list)| format!("{name}: {}", list_code(list, text_code)));
    let parts: Vec<String> = texts.chain(lists).collect();
    format!(
        "RendererRow {{ source_at: {:?}, is_row: {}, shows_related: {}, shows_methods: {}, {} }}",
        row.source_at,
        row.is_row,
        row.shows_related,
        row.shows_methods,
        parts.join(", ")
    )
}

fn view_code(row: &ViewRow) -> String {
    let texts = [
        ("rows", &row.rows),
        ("model", &row.model),
        ("rows_from", &row.rows_from),
        ("renderer", &row.renderer),
        ("rendered_by", &row.rendered_by),
        ("loads", &row.loads),
        ("template", &row.template),
        ("template_default", &row.template_default),
        ("context_name", &row.context_name),
    ];
    let lists = [
        ("registered_by", &row.registered_by),
        ("context_rows", &row.context_rows),
        ("context_row", &row.context_row),
        ("context_from", &row.context_from),
    ];
    let texts = texts.iter().map(|(name, text)| format!("{name}: {}", text_code(text)));
    let lists = lists.iter().map(|(name, list)| format!("{name}: {}", list_code(list, text_code)));
    let parts: Vec<String> = texts.chain(lists).collect();
    format!("ViewRow {{ loads_shown: {}, {} }}", row.loads_shown, parts.join(", "))
}

fn template_code(row: &TemplateRow) -> String {
    let TemplateRow { template, context, takes_keywords, inherits } = row;
    format!(
        "TemplateRow {{ template: {}, context: {}, takes_keywords: {takes_keywords}, inherits: {inherits} }}",
        optional_argument_code(template.as_ref()),
        optional_argument_code(context.as_ref()),
    )
}

fn advice_code(row: &AdviceRow) -> String {
    let AdviceRow { since, until } = row;
    format!("AdviceRow {{ since: {}, until: {} }}", text_code(since), text_code(until))
}

fn handler_code(row: &HandlerRow) -> String {
    let HandlerRow { methods, role, at_start, actions, actions_in } = row;
    format!(
        "HandlerRow {{ methods: {}, role: Role::{role:?}, at_start: {}, actions: {}, actions_in: {} }}",
        list_code(methods, text_code),
        list_code(at_start, text_code),
        list_code(actions, text_code),
        text_code(actions_in),
    )
}

fn optional_argument_code(argument: Option<&Argument>) -> String {
    argument.map_or("None".to_owned(), |argument| format!("Some({})", argument_code(argument)))
}

fn argument_code(argument: &Argument) -> String {
    match argument {
        Argument::Position(position) => format!("Argument::Position({position})"),
        Argument::Keyword(keyword) => format!("Argument::Keyword({})", text_code(keyword)),
        Argument::Either(position, keyword) => format!("Argument::Either({position}, {})", text_code(keyword)),
    }
}

fn type_code(row: &TypeRow) -> String {
    format!(
        "TypeRow {{ element: {}, supertypes: {}, derefs: {}, cheap_clone: {}, common: {}, \
         of_class: {}, rows_from: {} }}",
        text_code(&row.element),
        list_code(&row.supertypes, text_code),
        text_code(&row.derefs),
        row.cheap_clone,
        row.common,
        row.of_class,
        text_code(&row.rows_from),
    )
}

fn pair_code((from, to): &(Text, Text)) -> String {
    format!("({}, {})", text_code(from), text_code(to))
}

fn list_code<T: Debug>(items: &[T], item_code: impl Fn(&T) -> String) -> String {
    let items: Vec<String> = items.iter().map(item_code).collect();
    format!("Borrowed(&[{}])", items.join(",\n"))
}

fn text_code(text: &Text) -> String {
    format!("Borrowed({text:?})")
}
