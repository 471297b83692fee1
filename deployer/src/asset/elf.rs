//! What an ELF file asks of the system that runs it.
//!
//! Read from the program headers and the dynamic table, as the loader does; section headers may be stripped or
//! say anything. Whether the runtime grants it is decided in `gate`.

use std::fmt;

use elf::ElfBytes;
use elf::abi;
use elf::endian::LittleEndian;
use elf::file::Class;
use elf::gnu_symver::VerNeedIterator;
use elf::parse::{ParseError, ParsingTable};
use elf::segment::ProgramHeader;
use elf::string_table::StringTable;

/// What an ELF executable asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elf {
    /// `e_machine`
    pub machine: u16,
    /// The dynamic loader; none for a static executable.
    pub interpreter: Option<String>,
    /// Shared libraries by `DT_NEEDED`, in the file's order.
    pub libraries: Vec<String>,
    /// The highest `GLIBC_` version.
    pub glibc: Option<Glibc>,
    /// Names such as `GLIBC_PRIVATE` or `GLIBC_ABI_DT_RELR`, which are no versions.
    pub abi: Vec<String>,
}

/// A version of the GNU C library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Glibc {
    /// The part before the first dot.
    pub major: u32,
    /// The part after it.
    pub minor: u32,
    /// The third part, 0 where there is none.
    pub patch: u32,
}

impl fmt::Display for Glibc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { major, minor, patch } = self;
        if *patch == 0 {
            write!(f, "{major}.{minor}")
        } else {
            write!(f, "{major}.{minor}.{patch}")
        }
    }
}

impl Glibc {
    fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(|part| part.parse().ok());
        let version = Self {
            major: parts.next()??,
            minor: parts.next()??,
            patch: parts.next().unwrap_or(Some(0))?,
        };
        parts.next().is_none().then_some(version)
    }
}

/// Why a file cannot be read as a program.
#[derive(Debug, thiserror::Error)]
pub enum ElfError {
    /// Nothing in it.
    #[error("it is empty")]
    Empty,
    /// Another format.
    #[error("it does not begin as an ELF file does")]
    Magic,
    /// Another kind of ELF file.
    #[error("it is no 64-bit little-endian executable")]
    Kind,
    /// Broken.
    #[error("it is damaged: {0}")]
    Damaged(#[from] ParseError),
    /// A table that ends early or points outside of the file.
    #[error("it is damaged: its {0} cannot be read")]
    Table(&'static str),
}

type File<'a> = ElfBytes<'a, LittleEndian>;

impl Elf {
    /// Reads what `bytes` asks for.
    pub fn read(bytes: &[u8]) -> Result<Self, ElfError> {
        if bytes.is_empty() {
            return Err(ElfError::Empty);
        }
        if !bytes.starts_with(&[abi::ELFMAG0, abi::ELFMAG1, abi::ELFMAG2, abi::ELFMAG3]) {
            return Err(ElfError::Magic);
        }
        let file = File::minimal_parse(bytes).map_err(|error| match error {
            ParseError::UnsupportedElfEndianness(_) => ElfError::Kind,
            other => ElfError::Damaged(other),
        })?;
        if file.ehdr.class != Class::ELF64 || !matches!(file.ehdr.e_type, abi::ET_EXEC | abi::ET_DYN) {
            return Err(ElfError::Kind);
        }
        let segments: Vec<_> = file
            .segments()
            .ok_or(ElfError::Table("program headers"))?
            .iter()
            .collect();
        let of_type = |kind| segments.iter().find(|segment| segment.p_type == kind);
        let interpreter = of_type(abi::PT_INTERP)
            .map(|segment| Ok::<_, ElfError>(StringTable::new(file.segment_data(segment)?).get(0)?.to_owned()))
            .transpose()?;
        // A shared library has the type of a position-independent executable, but nothing to start at.
        if file.ehdr.e_entry == 0 {
            return Err(ElfError::Kind);
        }
        let mut read = Self {
            machine: file.ehdr.e_machine,
            interpreter,
            libraries: Vec::new(),
            glibc: None,
            abi: Vec::new(),
        };
        if let Some(dynamic) = of_type(abi::PT_DYNAMIC) {
            read.take_dynamic(bytes, &segments, file.segment_data(dynamic)?)?;
        }
        Ok(read)
    }

    fn take_dynamic(&mut self, bytes: &[u8], segments: &[ProgramHeader], dynamic: &[u8]) -> Result<(), ElfError> {
        let table: ParsingTable<'_, _, elf::dynamic::Dyn> = ParsingTable::new(LittleEndian, Class::ELF64, dynamic);
        let entries: Vec<_> = table.iter().take_while(|entry| entry.d_tag != abi::DT_NULL).collect();
        let value = |tag| {
            entries
                .iter()
                .find(|entry| entry.d_tag == tag)
                .map(elf::dynamic::Dyn::d_val)
        };
        let strings = match (value(abi::DT_STRTAB), value(abi::DT_STRSZ)) {
            (Some(address), Some(size)) => file_range(segments, address)
                .and_then(|start| bytes.get(start..start.checked_add(usize::try_from(size).ok()?)?))
                .map(StringTable::new)
                .ok_or(ElfError::Table("string table"))?,
            _ => StringTable::new(&[]),
        };
        for entry in entries.iter().filter(|entry| entry.d_tag == abi::DT_NEEDED) {
            self.libraries.push(string(&strings, entry.d_val())?);
        }
        if let Some(address) = value(abi::DT_VERNEED) {
            let start = file_range(segments, address).ok_or(ElfError::Table("version table"))?;
            let count = value(abi::DT_VERNEEDNUM).ok_or(ElfError::Table("version table"))?;
            self.take_versions(bytes, start, count, &strings)?;
        }
        Ok(())
    }

    fn take_versions(
        &mut self,
        bytes: &[u8],
        start: usize,
        count: u64,
        strings: &StringTable<'_>,
    ) -> Result<(), ElfError> {
        let mut files = 0;
        for (file, versions) in VerNeedIterator::new(LittleEndian, Class::ELF64, count, start, bytes) {
            files += 1;
            let mut names = 0;
            for version in versions {
                names += 1;
                self.take_version(&string(strings, version.vna_name.into())?);
            }
            // The iterators end in silence at what they cannot read.
            if names != file.vn_cnt {
                return Err(ElfError::Table("version table"));
            }
        }
        if files == count {
            Ok(())
        } else {
            Err(ElfError::Table("version table"))
        }
    }

    fn take_version(&mut self, name: &str) {
        let Some(version) = name.strip_prefix("GLIBC_") else {
            return;
        };
        match Glibc::from_text(version) {
            Some(version) => self.glibc = self.glibc.max(Some(version)),
            None => self.abi.push(name.to_owned()),
        }
    }
}

/// Returns where in the file the byte lies that is loaded at `address`.
fn file_range(segments: &[ProgramHeader], address: u64) -> Option<usize> {
    let segment = segments.iter().find(|segment| {
        segment.p_type == abi::PT_LOAD
            && address
                .checked_sub(segment.p_vaddr)
                .is_some_and(|offset| offset < segment.p_filesz)
    })?;
    usize::try_from(segment.p_offset.checked_add(address.checked_sub(segment.p_vaddr)?)?).ok()
}

fn string(strings: &StringTable<'_>, offset: u64) -> Result<String, ElfError> {
    let offset = usize::try_from(offset).map_err(|_| ElfError::Table("string table"))?;
    Ok(strings.get(offset)?.to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let version = |text| Glibc::from_text(text).unwrap();
        assert!(version("2.9") < version("2.34"));
        assert!(version("2.2.5") < version("2.3"));
        assert_eq!(
            ["2.34", "2.2.5"].map(|text| version(text).to_string()),
            ["2.34", "2.2.5"]
        );
        for wrong in ["", "2", "PRIVATE", "2.", "2.3.4.5", "ABI_DT_RELR"] {
            assert_eq!(Glibc::from_text(wrong), None, "{wrong}");
        }
    }

    /// The hand-made files of the gate's tests are small; this one is what a linker makes.
    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn this_very_program_is_understood() {
        let elf = Elf::read(&std::fs::read(std::env::current_exe().unwrap()).unwrap()).unwrap();
        assert!(elf.interpreter.unwrap().contains("/ld-linux"));
        assert!(elf.libraries.contains(&"libc.so.6".to_owned()), "{:?}", elf.libraries);
        assert!(elf.glibc.unwrap() >= Glibc::from_text("2.17").unwrap());
        assert_eq!(elf.abi.iter().find(|name| *name == "GLIBC_PRIVATE"), None);
    }
}
