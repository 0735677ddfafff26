use super::Template;
use crate::lang::Dialect;
use crate::syntax::{NodeId, NodeKind, Tree};

/// The tree in one line: loops, conditions, look-ups, calls.
fn shown(text: &str) -> String {
    let tree = Template.parse(text).tree;
    let function = tree.functions.last().expect("a template is a function");
    let parameters: Vec<String> = function.parameters.iter().map(|own| node(&tree, own.target)).collect();
    format!("({}) {}", parameters.join(" "), node(&tree, function.body.expect("it has a body")))
}

fn node(tree: &Tree, id: NodeId) -> String {
    let children = || {
        let mut parts = Vec::new();
        tree.for_each_child(id, &mut |child| parts.push(node(tree, child)));
        parts.join(" ")
    };
    match tree.kind(id) {
        NodeKind::Name(name) => tree.names.text(name).to_owned(),
        NodeKind::Member { object, name } => format!("{}.{}", node(tree, object), tree.names.text(name)),
        NodeKind::Path(path) => tree.names.text(tree.paths[path.0 as usize].names[0]).to_owned(),
        NodeKind::Keyword { name, value } => format!("{}={}", tree.names.text(name), node(tree, value)),
        NodeKind::Call { .. } => format!("call[{}]", children()),
        NodeKind::String { value: Some(value), .. } => format!("'{}'", tree.strings[value.0 as usize]),
        NodeKind::String { .. } => format!("put[{}]", children()),
        NodeKind::Loop(_) => format!("for[{}]", children()),
        NodeKind::If { .. } => format!("if[{}]", children()),
        NodeKind::Assign { .. } => format!("let[{}]", children()),
        NodeKind::Index { .. } => format!("at[{}]", children()),
        NodeKind::Range { .. } => format!("range[{}]", children()),
        NodeKind::Integer(Some(value)) => value.to_string(),
        NodeKind::Null => "null".to_owned(),
        NodeKind::Block(_) => format!("{{{}}}", children()),
        NodeKind::Binary { operator, .. } => format!("{operator:?}[{}]", children()),
        NodeKind::Unary { operator, .. } => format!("{operator:?}[{}]", children()),
        NodeKind::Membership { .. } => format!("in[{}]", children()),
        NodeKind::Other(_) => format!("other[{}]", children()),
        _ => children(),
    }
}

#[test]
fn loops_and_look_ups() {
    assert_eq!(
        shown("<ul>{% for row in rows %}<li>{{ row.customer.name }}</li>{% empty %}{{ none }}{% endfor %}</ul>"),
        "(rows) {{for[rows row {put[row.customer.name]}] {put[null]}}}"
    );
    assert_eq!(
        shown("{% for a, b in x.items %}{{ a }}{{ forloop.counter }}{% endfor %}"),
        "(x) {for[x.items a b {put[a] put[forloop.counter]}]}"
    );
    assert_eq!(
        shown("{%- for x in f(y)|sort if x.ok -%}{{ x[0] }}{%- endfor -%}"),
        "(f y) {for[call[sort call[f y]] x x.ok {put[at[x 0]]}]}"
    );
}

#[test]
fn conditions() {
    assert_eq!(
        shown("{% if a.b and not c %}{{ d }}{% elif e == 1 %}{% else %}{{ f }}{% endif %}{{ g }}"),
        "(a c d e f g) {if[And[a.b Not[c]] {put[d]} if[Equal[e 1] {} {put[f]}]] put[g]}"
    );
    assert_eq!(shown("{% if x is not None %}{{ x }}{% endif %}"), "(x) {if[Equal[x null] {put[x]}]}");
    assert_eq!(shown("{{ a if b else c }}"), "(a b c) {put[if[b a c]]}");
}

#[test]
fn filters_are_calls() {
    assert_eq!(
        shown("{{ rows|length }}{{ day|date:\"Y-m\" }}"),
        "(rows day) {put[call[length rows]] put[call[date day 'Y-m']]}"
    );
    assert_eq!(shown("{% for x in rows|slice:\":3\" %}{% endfor %}"), "(rows) {for[at[rows range[3]] x {}]}");
    assert_eq!(shown("{{ a|default(b.c)|upper }}"), "(a b) {put[call[upper call[default a b.c]]]}");
}

#[test]
fn other_templates_are_calls() {
    assert_eq!(
        shown("{% for row in rows %}{% include \"row.html\" with a=row.b %}{% endfor %}"),
        "(rows) {for[rows row {call[{% include %} 'row.html' a=row.b loop=loop forloop=forloop row=row]}]}"
    );
    assert_eq!(shown("{% include x only %}"), "(x) {call[{% include … only %} x]}");
    assert_eq!(
        shown("{% extends 'a.html' %}{% block b %}{{ c }}{% endblock %}"),
        "(c) {call[{% extends %} 'a.html'] put[c]}"
    );
}

#[test]
fn names_are_bound() {
    assert_eq!(
        shown("{% with a=b.c d as e %}{{ a }}{% endwith %}{{ a }}"),
        "(b d a) {let[b.c a] let[d e] {put[a]} put[a]}"
    );
    assert_eq!(shown("{% set a = [b, 1] %}{{ a }}"), "(b) {let[b 1 a] put[a]}");
    assert_eq!(shown("{% url 'x' row.pk as link %}{{ link }}"), "(row) {let[other['x' row.pk] link] put[link]}");
}

#[test]
fn what_is_no_template_is_left_out() {
    assert_eq!(
        shown("{% comment %}{{ a }}{% endcomment %}{% verbatim %}{{ b }}{% endverbatim %}{# {{ c }} #}{ d }"),
        "() {}"
    );
    for broken in [
        "{{",
        "{% for %}",
        "{% if %}",
        "{{ a.( }}",
        "{% endfor %}{{ a|: }}",
        "{{ \"a }}",
        "{% macro %}",
        "{% include %}",
        "{{ é.ü|ö }}",
    ] {
        shown(broken);
    }
    shown(&"{% if a %}".repeat(5000));
    shown(&format!("{{{{ {}a }}}}", "(".repeat(50_000)));
}
