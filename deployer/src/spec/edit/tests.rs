#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::fmt::Write as _;
use std::fs;

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn path(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}

fn edited(text: &str, at: &str, value: Option<Value>) -> Result<String, EditError> {
    let edit = FileEdit { path: path(at), value };
    super::edit(&Source::new("a.yaml", text), &[edit])
}

#[test]
fn each_kind_of_edit_leaves_the_rest_as_it_was() {
    let table = [
        ("a: 1 # one\nb: 2\n", "a", Some(json!(3)), "a: 3 # one\nb: 2\n"),
        ("a: x\nb: 2", "b", Some(json!("NO")), "a: x\nb: \"NO\""),
        (
            "a:\nb: 2\n",
            "a",
            Some(json!({"c": [1, "x"]})),
            "a: {c: [1, x]}\nb: 2\n",
        ),
        (
            "a:\n  b: 1 # one\n  # last\nc: 2\n",
            "a.d",
            Some(json!(true)),
            "a:\n  b: 1 # one\n  d: true\n  # last\nc: 2\n",
        ),
        (
            "a: {b: 1} # one\n",
            "a.c",
            Some(json!("x y")),
            "a: {b: 1, c: \"x y\"} # one\n",
        ),
        ("a: {} # none\n", "a.b.c", Some(json!(1)), "a: {b: {c: 1}} # none\n"),
        (
            "a:\n  # of b\n  b: 1\n  c: 2 # two\n",
            "a.c",
            None,
            "a:\n  # of b\n  b: 1\n",
        ),
        ("a:\n  b: 1\nc: 2\n", "a.b", None, "a: {}\nc: 2\n"),
        ("a: {b: 1, c: 2, d: 3}\n", "a.c", None, "a: {b: 1, d: 3}\n"),
        ("a: {b: 1, c: 2}\n", "a.c", None, "a: {b: 1}\n"),
        ("a: [x, z] # two\n", "a", Some(json!(["z"])), "a: [z] # two\n"),
        (
            "a:\n  - x # first\n  - v # second\nb: 1\n",
            "a",
            Some(json!(["v", "z"])),
            "a:\n  - v # first\n  - z # second\nb: 1\n",
        ),
        (
            "a:\n  - x # first\n  - v # second\nb: 1\n",
            "a",
            Some(json!(["v"])),
            "a:\n  - v # second\nb: 1\n",
        ),
        (
            "a:\n- x\nb: 1\n",
            "a",
            Some(json!(["x", {"k": "v"}])),
            "a:\n- x\n- {k: v}\nb: 1\n",
        ),
        ("a:\n  - b: 1\n    c: 2\n", "a.0.b", None, "a:\n  - c: 2\n"),
        ("a: >-\n  some\n  text\nb: 1\n", "a", Some(json!("x")), "a: x\nb: 1\n"),
        (
            "a: | # why\n  some\n\n  text\n\nb: 1\n",
            "a",
            Some(json!("two\nlines")),
            "a: \"two\\nlines\" # why\n\nb: 1\n",
        ),
        (
            "a: |\n  text\nb: 1\n",
            "b",
            Some(json!("two\nlines")),
            "a: |\n  text\nb: \"two\\nlines\"\n",
        ),
        (
            "a: # why\n  b: 1\n  c: 2\nd: 1\n",
            "a",
            Some(json!([])),
            "a: [] # why\nd: 1\n",
        ),
        (
            "a:\r\n  b: 1\r\nc: 2\r\n",
            "a.d",
            Some(json!(1)),
            "a:\r\n  b: 1\r\n  d: 1\r\nc: 2\r\n",
        ),
        ("a: 1", "b", Some(json!(null)), "a: 1\nb: null"),
    ];
    for (text, at, value, wanted) in table {
        assert_eq!(
            edited(text, at, value.clone()).as_deref(),
            Ok(wanted),
            "{text} {at} {value:?}"
        );
    }
}

#[test]
fn a_long_value_takes_a_line_for_each_member() {
    let long = json!({"EmailMessage": "x".repeat(60), "Items": ["y".repeat(60), "z".repeat(60)]});
    let text = edited("a:\n  b: 1\n", "a.c", Some(long)).unwrap();
    let (x, y, z) = ("x".repeat(60), "y".repeat(60), "z".repeat(60));
    assert_eq!(
        text,
        format!("a:\n  b: 1\n  c:\n    EmailMessage: {x}\n    Items:\n      - {y}\n      - {z}\n")
    );
}

#[test]
fn what_cannot_be_written_leaves_the_file_alone() {
    let unfit = |text: &str, at: &str, value: Value| {
        assert!(
            matches!(edited(text, at, Some(value)), Err(EditError::Unfit { .. })),
            "{text}"
        );
    };
    // Stack files know no fractions, and a text is no map.
    unfit("a: 1\n", "a", json!(1.5));
    unfit("a: text\n", "a.b", json!(1));
    assert!(matches!(edited("a: *b\n", "a", None), Err(EditError::Unreadable(_))));
    assert!(matches!(edited("a: [\n", "a", None), Err(EditError::Unreadable(_))));
}

#[test]
fn an_edit_goes_into_the_file_itself_and_a_base_keeps_its_word() {
    let folder = std::env::temp_dir().join(format!("deployer-edit-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("_base.yaml"),
        "pool:\n  new:\n    properties: {UserPoolTier: LITE, MfaConfiguration: OFF}\n",
    )
    .unwrap();
    let source = Source::new(folder.join("a.yaml"), "extends: ./_base.yaml # ours\nname: a\n");
    let set = |at: &str, value| super::edit(&source, &[FileEdit { path: path(at), value }]);
    assert_eq!(
        set("pool.new.properties.UserPoolTier", Some(json!("PLUS"))).as_deref(),
        Ok("extends: ./_base.yaml # ours\nname: a\npool: {new: {properties: {UserPoolTier: PLUS}}}\n")
    );
    let refused = set("pool.new.properties.UserPoolTier", None).unwrap_err();
    assert!(
        matches!(&refused, EditError::InBase { base: Some(base), .. } if base.ends_with("_base.yaml")),
        "{refused}"
    );
    fs::remove_dir_all(&folder).unwrap();
}

/// A document as somebody may have written it.
#[derive(Clone, Debug)]
enum Written {
    Scalar(Value, u8),
    /// Whether it has brackets, then what it holds; each has a comment or none.
    List(bool, Vec<(Written, bool)>),
    Map(bool, Vec<(String, Written, bool)>),
}

impl Written {
    fn value(&self) -> Value {
        match self {
            Self::Scalar(value, _) => value.clone(),
            Self::List(_, items) => items.iter().map(|(item, _)| item.value()).collect(),
            Self::Map(_, entries) => entries
                .iter()
                .map(|(key, item, _)| (key.clone(), item.value()))
                .collect(),
        }
    }

    fn is_block(&self) -> bool {
        match self {
            Self::Scalar(..) => false,
            Self::List(flow, items) => !flow && !items.is_empty(),
            Self::Map(flow, entries) => !flow && !entries.is_empty(),
        }
    }

    fn inline(&self) -> String {
        match self {
            Self::Scalar(Value::String(text), style) => match style {
                0 if !text.contains('\n') => format!("'{}'", text.replace('\'', "''")),
                1 if text == "plain" || text == "it's" => text.clone(),
                _ => Value::from(text.as_str()).to_string(),
            },
            Self::Scalar(value, _) => value.to_string(),
            Self::List(_, items) => {
                let items: Vec<String> = items.iter().map(|(item, _)| item.inline()).collect();
                format!("[{}]", items.join(" , "))
            }
            Self::Map(_, entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, item, _)| format!("{key}: {}", item.inline()))
                    .collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }

    /// Writes lines; `count` numbers the comments, so that each is one of its kind.
    fn lines(&self, indent: usize, count: &mut usize, text: &mut String) {
        let pad = " ".repeat(indent);
        match self {
            Self::Map(_, entries) if self.is_block() => {
                for (key, item, comment) in entries {
                    let comment = remark(*comment, count);
                    if item.is_block() {
                        writeln!(text, "{pad}{key}:{comment}").unwrap();
                        item.lines(indent + 2, count, text);
                    } else {
                        writeln!(text, "{pad}{key}: {}{comment}", item.inline()).unwrap();
                    }
                }
            }
            Self::List(_, items) if self.is_block() => {
                for (item, comment) in items {
                    if item.is_block() {
                        // On the dash's line, as people write it.
                        let mut inner = String::new();
                        item.lines(indent + 2, count, &mut inner);
                        write!(text, "{pad}- {}", inner.trim_start()).unwrap();
                    } else {
                        writeln!(text, "{pad}- {}{}", item.inline(), remark(*comment, count)).unwrap();
                    }
                }
            }
            Self::Scalar(..) | Self::Map(..) | Self::List(..) => writeln!(text, "{pad}{}", self.inline()).unwrap(),
        }
    }

    /// Paths to all values, in the file's order.
    fn paths(&self, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
        if !path.is_empty() {
            found.push(path.clone());
        }
        let mut inner = |key: String, item: &Self| {
            path.push(key);
            item.paths(path, found);
            path.pop();
        };
        match self {
            Self::Scalar(..) => {}
            Self::List(_, items) => {
                for (index, (item, _)) in items.iter().enumerate() {
                    inner(index.to_string(), item);
                }
            }
            Self::Map(_, entries) => {
                for (key, item, _) in entries {
                    inner(key.clone(), item);
                }
            }
        }
    }
}

fn remark(wanted: bool, count: &mut usize) -> String {
    if wanted {
        *count += 1;
        format!(" # c{count}")
    } else {
        String::new()
    }
}

fn scalar() -> impl Strategy<Value = Value> {
    const TEXTS: [&str; 16] = [
        "",
        "plain",
        "NO",
        "true",
        "null",
        "~",
        "012",
        "8",
        "1.5",
        "a: b",
        "#no",
        "it's",
        "[x",
        "two\nlines",
        "é \"q\"",
        " x ",
    ];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9..99_i64).prop_map(Value::from),
        prop::sample::select(TEXTS.to_vec()).prop_map(Value::from),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-d]", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

fn map_of(inner: impl Strategy<Value = Written>, least: usize) -> impl Strategy<Value = Written> {
    let entries = prop::collection::btree_map("[a-d]", (inner, any::<bool>()), least..4);
    (any::<bool>(), entries).prop_map(|(flow, entries)| {
        let entries = entries.into_iter().map(|(key, (item, comment))| (key, item, comment));
        Written::Map(flow, entries.collect())
    })
}

fn document() -> impl Strategy<Value = Written> {
    let leaf = (scalar(), 0..3_u8).prop_map(|(value, style)| Written::Scalar(value, style));
    let inner = leaf.prop_recursive(3, 16, 4, |inner| {
        let items = prop::collection::vec((inner.clone(), any::<bool>()), 0..4);
        prop_oneof![
            (any::<bool>(), items).prop_map(|(flow, items)| Written::List(flow, items)),
            map_of(inner, 0),
        ]
    });
    map_of(inner, 1)
}

proptest! {
    #[test]
    fn an_edit_says_what_was_wanted_and_keeps_comments(
        document in document(), which in any::<prop::sample::Index>(), new in prop::option::of(any_value()), grow in any::<bool>(),
    ) {
        let (mut text, mut count) = ("# head\n".to_owned(), 0);
        document.lines(0, &mut count, &mut text);
        text.push_str("# tail\n");
        let mut paths = Vec::new();
        document.paths(&mut Vec::new(), &mut paths);
        let mut at = paths[which.index(paths.len())].clone();
        let mut wanted = document.value();
        let target = wanted.pointer(&format!("/{}", at.join("/"))).unwrap().clone();
        let adds = grow && new.is_some() && target.is_object();
        if adds {
            at.push("new".to_owned());
        }
        prop_assert!(change(&mut wanted, &at, new.as_ref()));
        let result = super::edit(&Source::new("a.yaml", text.as_str()), &[FileEdit { path: at.clone(), value: new.clone() }]);
        let after = result.map_err(|error| TestCaseError::fail(format!("{error}\n{text}\n{at:?} {new:?}")))?;
        let source = Source::new("a.yaml", after.as_str());
        let said = read(&source, &after);
        prop_assert_eq!(said.as_ref(), Some(&wanted), "{}\n→\n{}", text, after);
        // What is neither a map nor a list stands on one line, and a new key takes one of its own; the last key
        // that goes makes its map an empty one.
        let one_line = adds || !(target.is_object() || target.is_array());
        let lost = text.lines().filter(|line| !after.lines().any(|kept| kept == *line)).count();
        prop_assert!(!one_line || lost <= 1 + usize::from(new.is_none()), "{}\n→\n{}", text, after);
        prop_assert!(after.starts_with("# head\n") && after.ends_with("# tail\n"), "{}\n→\n{}", text, after);
        if one_line && new.is_some() {
            for comment in (1..=count).map(|number| format!(" # c{number}\n")) {
                prop_assert!(after.contains(&comment), "{}\n→\n{}", text, after);
            }
        }
    }
}
