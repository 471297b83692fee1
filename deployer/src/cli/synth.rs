//! `deployer synth`

use std::fs;

use super::args::{SynthArgs, TemplateFormat};
use super::context::Context;
use super::declared::{Warnings, declare_each, stacks};
use super::error::CliError;
use super::exit::ExitStatus;
use crate::{files, spec};

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
    let (extension, separator) = match args.format {
        TemplateFormat::Json => ("json", ""),
        TemplateFormat::Yaml => ("yaml", "---\n"),
    };
    let texts = declare_each(context, &args.paths, Warnings::Counted, |declared, json| {
        let text = match args.format {
            TemplateFormat::Json => json,
            TemplateFormat::Yaml => declared.template.to_yaml(),
        };
        (declared.stack.name, text)
    })?;
    for (index, (name, text)) in texts.iter().enumerate() {
        if let Some(folder) = &args.out {
            let path = folder.join(format!("{name}.{extension}"));
            fs::create_dir_all(folder)
                .and_then(|()| files::replace(&path, text.as_bytes()))
                .map_err(|error| CliError::failed(format!("cannot write `{}`: {error}", path.display())))?;
        } else {
            if index > 0 {
                context.out.data(separator);
            }
            match args.format {
                TemplateFormat::Json => context.out.json(text),
                TemplateFormat::Yaml => context.out.data(text),
            }
        }
    }
    Ok(ExitStatus::Done)
}
