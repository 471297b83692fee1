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

#[test]
fn the_table_of_providers_is_made_of_their_descriptions() {
    let table: String = Provider::TYPES.iter().map(row).collect();
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    assert!(readme.contains(&table), "README.md wants these rows:\n{table}");
}
