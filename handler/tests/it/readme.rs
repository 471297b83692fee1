//! What the README says of the providers is what they say of themselves.

use handler::delivery::Provider;
use handler::provider::ProviderType;

fn listed(names: impl Iterator<Item = (&'static str, bool)>) -> String {
    let names: Vec<_> = names
        .map(|(name, required)| format!("`{name}`{}", if required { "*" } else { "" }))
        .collect();
    if names.is_empty() {
        return "–".to_owned();
    }
    names.join(", ")
}

fn row(kind: &ProviderType) -> String {
    let channels: Vec<_> = kind.channels.iter().map(|channel| channel.name()).collect();
    let settings = kind.settings.iter().map(|setting| (setting.key, setting.required));
    let members = kind.secret.iter().map(|member| (member.name, member.required));
    format!(
        "| `{}` | {} | {} | {} |\n",
        kind.name,
        channels.join(", "),
        listed(settings),
        listed(members)
    )
}

fn facts(kind: &ProviderType) -> String {
    let facts = kind.facts;
    let cells = [facts.idempotency, facts.regions, facts.data_residency, facts.source];
    assert!(
        cells.iter().all(|cell| !cell.is_empty() && !cell.contains(['|', '\n'])),
        "{}: {cells:?}",
        kind.name
    );
    format!("| `{}` | {} |\n", kind.name, cells.join(" | "))
}

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap()
}

#[test]
fn the_table_of_providers_is_made_of_their_descriptions() {
    let table: String = Provider::TYPES.iter().map(row).collect();
    assert!(readme().contains(&table), "README.md wants these rows:\n{table}");
}

#[test]
fn the_table_of_what_is_supported_is_made_of_their_facts() {
    let table: String = Provider::TYPES.iter().map(facts).collect();
    assert!(readme().contains(&table), "README.md wants these rows:\n{table}");
}

#[test]
fn every_type_has_its_row_among_the_answers() {
    let readme = readme();
    let (_, table) = readme.split_once("| provider | the same one is asked again |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let named: Vec<&str> = table
        .lines()
        .filter_map(|row| row.split('|').nth(1))
        .flat_map(|cell| cell.split(','))
        .map(str::trim)
        .collect();
    for kind in Provider::TYPES {
        let name = format!("`{}`", kind.name);
        let rows = named.iter().filter(|cell| **cell == name).count();
        assert_eq!(rows, 1, "README.md wants one row of answers for {name}");
    }
}
