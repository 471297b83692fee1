//! Credentials of the profile that somebody named, or of the environment.

use std::env::{var, var_os};
use std::fs;
use std::path::PathBuf;

use super::context::Context;
use super::error::CliError;
use crate::aws::Session;
use crate::spec::Region;

/// Finds credentials and endpoints; a profile that is in no file is an error that names it.
pub(super) async fn connect(context: &Context, region: &Region) -> Result<Session, CliError> {
    let typed = context.profile.as_deref();
    // The environment's own credentials come before the environment's profile, as in every AWS tool.
    let named = match typed {
        Some(profile) => Some(profile.to_owned()),
        None => var("AWS_PROFILE")
            .ok()
            .filter(|_| var_os("AWS_ACCESS_KEY_ID").is_none()),
    };
    if let Some(profile) = named.filter(|profile| !is_in_a_file(profile)) {
        let files: Vec<String> = files().iter().map(|file| format!("`{}`", file.display())).collect();
        return Err(CliError::failed(format!(
            "the profile `{profile}` is in none of {}; nothing was called",
            files.join(", ")
        ))
        .hint("`aws configure list-profiles` shows those that there are; name one with --profile or AWS_PROFILE"));
    }
    Ok(Session::connect(region, typed).await)
}

/// The files that the AWS tools read profiles from.
fn files() -> Vec<PathBuf> {
    let home = var_os("HOME").map(PathBuf::from).unwrap_or_default();
    [
        ("AWS_CONFIG_FILE", ".aws/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
    ]
    .map(|(variable, usual)| var_os(variable).map_or_else(|| home.join(usual), PathBuf::from))
    .into()
}

fn is_in_a_file(profile: &str) -> bool {
    let texts = files().into_iter().filter_map(|file| fs::read_to_string(file).ok());
    texts
        .into_iter()
        .any(|text| text.lines().any(|line| names(line, profile)))
}

/// Whether a line begins the section of a profile: `[NAME]` or `[profile NAME]`.
fn names(line: &str, profile: &str) -> bool {
    let section = line.trim().strip_prefix('[').and_then(|rest| rest.split(']').next());
    let section = section.unwrap_or_default().trim();
    let name = section
        .strip_prefix("profile")
        .filter(|rest| rest.starts_with([' ', '\t']));
    name.unwrap_or(section).trim().trim_matches(['"', '\'']) == profile
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_names_a_profile() {
        for line in [
            "[acme]",
            "[profile acme]",
            "  [profile  acme] # ours",
            "[ acme ]",
            "[profile \"acme\"]",
        ] {
            assert!(names(line, "acme"), "{line}");
        }
        for line in [
            "acme",
            "[profileacme]",
            "[sso-session acme]",
            "# [acme]",
            "[profile acme-prod]",
            "",
        ] {
            assert!(!names(line, "acme"), "{line}");
        }
    }
}
