use super::Prisma;
use crate::lang::Dialect;
use crate::syntax::{NodeId, NodeKind, Tree};

/// The classes of a schema, each in one line with its fields.
fn shown(text: &str) -> Vec<String> {
    let tree = Prisma.parse(text).tree;
    tree.classes.iter().map(|class| format!("{}: {}", tree.names.text(class.name), node(&tree, class.body))).collect()
}

fn node(tree: &Tree, id: NodeId) -> String {
    let children = || {
        let mut parts = Vec::new();
        tree.for_each_child(id, &mut |child| parts.push(node(tree, child)));
        parts
    };
    match tree.kind(id) {
        NodeKind::Block(_) => children().join("; "),
        NodeKind::Name(name) => tree.names.text(name).to_owned(),
        NodeKind::Assign { target, value, .. } => format!("{} = {}", node(tree, target), node(tree, value)),
        NodeKind::Call { .. } => {
            let parts = children();
            format!("{}({})", parts[0], parts[1..].join(", "))
        }
        NodeKind::Keyword { name, value } => match tree.kind(value) {
            NodeKind::Bool(true) => tree.names.text(name).to_owned(),
            _ => format!("{}={}", tree.names.text(name), node(tree, value)),
        },
        NodeKind::String { value: Some(value), .. } => format!("'{}'", tree.strings[value.0 as usize]),
        NodeKind::Collection { .. } => format!("[{}]", children().join(", ")),
        other => format!("{other:?}"),
    }
}

#[test]
fn models_are_classes_of_columns_and_relations() {
    let text = r#"
datasource db { // where
  provider = "sqlite"
}
/// Who buys
model Customer {
  id    Int    @id @default(autoincrement())
  email String @unique @map(name: "mail")
  mood  Mood?  // today
  is    Boolean @default(false)
  orders Order[] @relation("buyer")
  @@map("customers")
  @@index([email, mood(sort: Desc)], map: "x")
  @@unique([
    mood,
    is,
  ])
}
enum Mood {
  GOOD
  BAD
}
model Order {
  buyerId Int
  buyer Customer @relation(name: "buyer", fields: [buyerId], references: [id], map: "fk")
}
view Seen {
  id Int
}
"#;
    assert_eq!(
        shown(text),
        [
            "Customer: id = column(id); email = column(unique, map='mail'); mood = column(few); is = column(few); \
             orders = relation('Order', name='buyer'); @@map = 'customers'; \
             @@index = [['email', 'mood'], ['mood', 'is']]",
            "Order: buyerId = column(); buyer = relation('Customer', name='buyer', fields=['buyerId'])",
        ]
    );
}

#[test]
fn databases_that_index_references_say_so() {
    let of = |source: &str| {
        let models = "model A {\n b Int\n c B @relation(fields: [b], references: [id])\n}\nmodel B {\n id Int @id\n}";
        shown(&[source, models].concat())[0].clone()
    };
    assert!(of("datasource db {\n provider = \"mysql\"\n}\n").contains("b = column(references)"));
    let kept_by_prisma = "datasource db {\n provider = \"mysql\"\n relationMode = \"prisma\"\n}\n";
    assert!(of(kept_by_prisma).contains("b = column()"));
    assert!(of("datasource db {\n provider = \"postgresql\"\n}\n").contains("b = column()"));
    assert!(of("").contains("b = column(refers)"), "the source of data stands in another file");
}

#[test]
fn broken_schemas_do_no_harm() {
    for text in [
        "model",
        "model A",
        "model A {",
        "model A { b",
        "} model A {",
        "model A {\n b Int @map(\n}",
        "{{{",
        "@@",
        "model A {\n @@map(\"",
        "model \u{e9} {\n \u{e9} Int @map(\"\u{e9}\n}",
    ] {
        shown(text);
    }
}
