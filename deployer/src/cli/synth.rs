//! `deployer synth`

use std::fs;

use super::args::{SynthArgs, TemplateFormat};
use super::context::Context;
use super::declared::{declare, stacks};
use super::error::CliError;
use super::exit::ExitStatus;
use crate::spec;

pub(super) fn run(context: &Context, args: &SynthArgs) -> Result<ExitStatus, CliError> {
    if args.resolved {
        let stacks = stacks(context, &args.paths)?;
        let files: Vec<String> = stacks
            .iter()
            .filter_map(|stack| spec::resolved(&stack.source))
            .collect();
        context.out.data(&files.join("---\n"));
        return Ok(ExitStatus::Done);
    }
    let declared = declare(context, &args.paths)?;
    let (extension, separator) = match args.format {
        TemplateFormat::Json => ("json", ""),
        TemplateFormat::Yaml => ("yaml", "---\n"),
    };
    let mut printed = String::new();
    for (index, declared) in declared.iter().enumerate() {
        let text = match args.format {
            TemplateFormat::Json => declared.template.to_json(),
            TemplateFormat::Yaml => declared.template.to_yaml(),
        };
        if let Some(folder) = &args.out {
            let path = folder.join(format!("{}.{extension}", declared.stack.name));
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(&path, text))
                .map_err(|error| CliError::failed(format!("cannot write `{}`: {error}", path.display())))?;
        } else {
            if index > 0 {
                printed.push_str(separator);
            }
            printed.push_str(&text);
        }
    }
    context.out.data(&printed);
    Ok(ExitStatus::Done)
}
