//! The files of a messages directory, read from disk: by the deployer from the stack's, by the function from its zip.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::layout::File;

/// The directory's name inside the zip, beside `bootstrap`.
pub const FOLDER_NAME: &str = "messages";

/// How many folders may stand in one another; texts need one.
const DEEPEST: usize = 4;

/// A messages directory that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("read `{}`: {error}", path.display())]
pub struct Unreadable {
    /// The file or folder.
    pub path: PathBuf,
    /// The reason.
    pub error: io::Error,
}

/// Returns the content of each file by its path relative to `directory`, with `/` in it.
///
/// Notes for people (`*.md`) and hidden files are left out; everything else must be UTF-8.
pub fn read(directory: &Path) -> Result<BTreeMap<String, String>, Unreadable> {
    read_by(directory, &mut |path| {
        if std::fs::metadata(path)?.is_dir() {
            return Ok(Entry::Folder);
        }
        std::fs::read_to_string(path).map(Entry::Text)
    })
}

/// What is at a path of a messages directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A folder, whose entries are asked for next.
    Folder,
    /// A file, and its content.
    Text(String),
}

/// As [`read`], where `look` looks at each path and reads it, or refuses to: not everybody may read everything.
pub fn read_by(
    directory: &Path,
    look: &mut dyn FnMut(&Path) -> io::Result<Entry>,
) -> Result<BTreeMap<String, String>, Unreadable> {
    let mut files = BTreeMap::new();
    read_folder(directory, "", DEEPEST, look, &mut files)?;
    Ok(files)
}

fn read_folder(
    folder: &Path,
    prefix: &str,
    deepest: usize,
    look: &mut dyn FnMut(&Path) -> io::Result<Entry>,
    files: &mut BTreeMap<String, String>,
) -> Result<(), Unreadable> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        |error| Unreadable { path, error }
    };
    for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        let entry = entry.map_err(unreadable(folder))?;
        let path = entry.path();
        let name = entry.file_name();
        let name = name
            .to_str()
            .ok_or_else(|| unreadable(&path)(io::Error::new(io::ErrorKind::InvalidData, "its name is not UTF-8")))?;
        let relative = format!("{prefix}{name}");
        if File::of(&relative) == Ok(File::Note) {
            continue;
        }
        match look(&path).map_err(unreadable(&path))? {
            Entry::Text(text) => {
                files.insert(relative, text);
            }
            Entry::Folder if deepest > 0 => {
                read_folder(&path, &format!("{relative}/"), deepest - 1, look, files)?;
            }
            Entry::Folder => {}
        }
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_their_way_from_the_directory() {
        let path = std::env::temp_dir().join(format!("handler-messages-{}", std::process::id()));
        std::fs::create_dir_all(path.join("en/deep")).unwrap();
        for (name, content) in [
            ("README.md", "for people"),
            (".hidden", "\u{0}"),
            ("_footer.txt", "Acme"),
            ("en/SignUp.sms.txt", "{{ code }}"),
            ("en/deep/x.txt", "x"),
        ] {
            std::fs::write(path.join(name), content).unwrap();
        }
        let files = read(&path).unwrap();
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        assert_eq!(
            files,
            [
                ("_footer.txt", "Acme"),
                ("en/SignUp.sms.txt", "{{ code }}"),
                ("en/deep/x.txt", "x")
            ]
        );

        std::fs::write(path.join("en/SignUp.email.txt"), [0xff]).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("SignUp.email.txt") && error.contains("UTF-8"), "{error}");
        assert!(read(&path.join("none")).is_err());
        std::fs::remove_dir_all(&path).unwrap();
    }
}
