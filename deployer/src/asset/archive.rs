//! The zip: written in one canonical way, and read back without trust.
//!
//! `bootstrap`, the delivery configuration beside it and the stack's texts, in this order, with fixed modes and a
//! fixed time: the same files give the same bytes on every machine.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use handler::compose::FOLDER_NAME;
use handler::delivery::FILE_NAME;
use zip::read::ZipFile;
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime, System, ZipArchive};

use super::builder::BOOTSTRAP;
use super::gate::{MODE, Refused, SIZE_LIMIT};
use super::{Asset, AssetError, Sha256, gate};

/// A built asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The zip.
    pub zip: Vec<u8>,
    /// Its digest; in base64 what Lambda and S3 show.
    pub sha256: Sha256,
    /// Bytes of the executable in it.
    pub binary_size: u64,
    /// The compiler that built it, as it names itself; nothing where the executable came with the deployer.
    pub toolchain: String,
    /// The builder, by name and version; nothing where the executable came with the deployer.
    pub builder: String,
}

/// Zips an executable with an asset's delivery configuration and texts, and looks at the zip as the gate does.
pub(super) fn pack(asset: &Asset, bootstrap: &[u8]) -> Result<Vec<u8>, AssetError> {
    let zip = write(bootstrap, &asset.delivery_json, &asset.messages)?;
    gate(&zip, asset.architecture).map_err(AssetError::Refused)?;
    Ok(zip)
}

/// Zips an executable, the delivery configuration, and texts by their path in the messages directory.
pub(crate) fn write(
    bootstrap: &[u8],
    delivery_json: &[u8],
    messages: &BTreeMap<String, String>,
) -> Result<Vec<u8>, AssetError> {
    let options = |mode| {
        SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(6))
            .last_modified_time(DateTime::DEFAULT)
            .system(System::Unix)
            .unix_permissions(mode)
    };
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let texts = messages
        .iter()
        .map(|(path, text)| (format!("{FOLDER_NAME}/{path}"), 0o644, text.as_bytes()));
    let files = [
        (BOOTSTRAP.to_owned(), MODE, bootstrap),
        (FILE_NAME.to_owned(), 0o644, delivery_json),
    ];
    for (name, mode, bytes) in files.into_iter().chain(texts) {
        writer.start_file(name, options(mode))?;
        writer.write_all(bytes).map_err(ZipError::Io)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// What a zip holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The executable.
    pub bootstrap: Vec<u8>,
    /// The executable's mode; none where no Unix made the entry.
    pub mode: Option<u32>,
    /// The delivery configuration.
    pub delivery_json: Vec<u8>,
    /// Texts by their path in the messages directory.
    pub messages: BTreeMap<String, String>,
}

impl Contents {
    /// Unzips, with every checksum compared and nothing read that Lambda would refuse for its size.
    pub fn read(zip: &[u8]) -> Result<Self, Vec<Refused>> {
        let unreadable = |error: ZipError| {
            vec![Refused::Contents {
                why: format!("the zip cannot be read: {error}"),
            }]
        };
        let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(unreadable)?;
        let mut size = 0_u64;
        for index in 0..archive.len() {
            size = size.saturating_add(archive.by_index_raw(index).map_err(unreadable)?.size());
        }
        if size >= SIZE_LIMIT {
            return Err(vec![Refused::Size { found: size }]);
        }
        let missing: Vec<_> = [BOOTSTRAP, FILE_NAME]
            .into_iter()
            .filter(|name| archive.index_for_name(name).is_none())
            .map(|name| Refused::Contents {
                why: format!("the zip has no `{name}` at its root"),
            })
            .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let mut entry = archive.by_name(BOOTSTRAP).map_err(unreadable)?;
        let mode = if entry.system() == System::Unix {
            entry.unix_mode()
        } else {
            None
        };
        let bootstrap = unzip(&mut entry).map_err(unreadable)?;
        drop(entry);
        let delivery_json = unzip(&mut archive.by_name(FILE_NAME).map_err(unreadable)?).map_err(unreadable)?;
        let folder = format!("{FOLDER_NAME}/");
        let mut messages = BTreeMap::new();
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).map_err(unreadable)?;
            let name = entry.name().map_err(unreadable)?.into_owned();
            if let Some(path) = name.strip_prefix(&folder) {
                let text = String::from_utf8(unzip(&mut entry).map_err(unreadable)?);
                let text = text.map_err(|_| unreadable(ZipError::InvalidArchive("a text is not UTF-8".into())))?;
                messages.insert(path.to_owned(), text);
            }
        }
        Ok(Self {
            bootstrap,
            mode,
            delivery_json,
            messages,
        })
    }
}

fn unzip<R: Read>(entry: &mut ZipFile<'_, R>) -> Result<Vec<u8>, ZipError> {
    let size = entry.size();
    let mut bytes = Vec::new();
    // An entry can hold more than it declares.
    entry.take(size.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == size {
        Ok(bytes)
    } else {
        Err(ZipError::InvalidArchive("an entry's size is wrong".into()))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    use super::*;

    fn texts() -> BTreeMap<String, String> {
        BTreeMap::from([("en/default.sms.txt".to_owned(), "Your code: {{ code }}".to_owned())])
    }

    proptest! {
        #[test]
        fn the_same_files_give_the_same_bytes_and_are_read_back(
            bootstrap in vec(any::<u8>(), 0..4096),
            delivery in vec(any::<u8>(), 0..256),
            messages in btree_map("[a-z]{1,3}/[a-z]{1,8}", any::<String>(), 0..4),
        ) {
            let zip = write(&bootstrap, &delivery, &messages).unwrap();
            prop_assert_eq!(&zip, &write(&bootstrap, &delivery, &messages).unwrap());
            let contents = Contents::read(&zip).unwrap();
            prop_assert_eq!(contents, Contents { bootstrap, mode: Some(0o100_755), delivery_json: delivery, messages });
        }

        #[test]
        fn a_cut_or_changed_zip_is_never_read_as_another(at in any::<prop::sample::Index>(), cut: bool) {
            let zip = write(b"\x7fELF and so on and on and on", b"{\"providers\":{}}", &texts()).unwrap();
            let whole = Contents::read(&zip).unwrap();
            let at = at.index(zip.len());
            let mut other = zip.clone();
            if cut { other.truncate(at) } else if let Some(byte) = other.get_mut(at) { *byte ^= 0x10 }
            if let Ok(read) = Contents::read(&other) {
                // A flipped bit in a time or a mode is not in the contents.
                prop_assert_eq!((read.bootstrap, read.delivery_json), (whole.bootstrap, whole.delivery_json));
                // Under another name a text is none, but it is never another text.
                prop_assert!(read.messages.values().all(|text| text == "Your code: {{ code }}"));
                prop_assert!(!cut);
            }
        }
    }

    #[test]
    fn time_system_and_modes_are_fixed() {
        let zip = write(b"x", b"{}", &texts()).unwrap();
        let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
        let entries: Vec<_> = (0..archive.len())
            .map(|index| {
                let entry = archive.by_index(index).unwrap();
                (
                    entry.name().unwrap().into_owned(),
                    entry.unix_mode(),
                    entry.last_modified(),
                    entry.system(),
                )
            })
            .collect();
        let entry = |name: &str, mode| (name.to_owned(), Some(mode), Some(DateTime::DEFAULT), System::Unix);
        assert_eq!(
            entries,
            [
                entry("bootstrap", 0o100_755),
                entry("delivery.json", 0o100_644),
                entry("messages/en/default.sms.txt", 0o100_644)
            ]
        );
    }
}
