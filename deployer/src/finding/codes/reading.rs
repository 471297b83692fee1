//! Codes of reading stack files: paths, text, YAML and `extends`.

/// Hands these codes, behind those of before, to the next macro of the list.
macro_rules! reading_codes {
    ([$next:ident $($later:ident)*] $($before:tt)*) => { $next! { [$($later)*] $($before)*
    [File]
    FileNotFound = "file-not-found", Error, "A stack file or folder that is not there",
        why: "A path that names nothing may be a typing error, and a deployment that leaves a stack out in silence \
              is worse than none.",
        instead: "Correct the path, or leave it out: without a path, the stack files of `stacks/` are read.";
    FileUnreadable = "file-unreadable", Error, "A stack file that cannot be read",
        why: "The operating system refused to open or read it, so nobody knows which stack it declares.",
        instead: "Fix what the message names, most often the file's permissions.";
    OutsideRepository = "outside-repository", Error, "A path that leads out of the repository",
        why: "Who writes a stack file need not be who runs the deployer: by a path that leaves the repository, or a \
              symbolic link, a pull request could read the files of the machine that plans it. What is read goes into \
              the plan's comment and into the zip.",
        instead: "Keep texts and shared files in the repository of the stack file: the nearest folder above it that \
                  holds `.git`. Outside of a repository, keep them in the stack file's folder. `function.source` may \
                  be anywhere.";
    FileNotUtf8 = "file-not-utf8", Error, "A stack file that is not UTF-8",
        why: "YAML is Unicode text. Read as another encoding, names and messages would reach AWS garbled.",
        instead: "Save the file as UTF-8.";
    FolderEmpty = "folder-empty", Error, "A folder without a stack file",
        why: "Only files that end in .yaml or .yml are stack files, and one that begins with an underscore is no \
              stack of its own. Without any, there is nothing to deploy.",
        instead: "Name a folder that holds stack files, or name the files.";
    YamlSyntax = "yaml-syntax", Error, "Text that is not YAML",
        why: "Where the text stops being YAML, nothing behind it can be read for sure.",
        instead: "Fix the line that the finding points at. The usual causes are a bracket or quote that nothing \
                  closes, and `: ` inside a value that no quotes surround.";
    YamlTab = "yaml-tab", Error, "A tab where YAML wants spaces",
        why: "YAML's structure is its indentation, and a tab has no agreed width, so YAML forbids it there.",
        instead: "Indent with spaces.";
    YamlTooDeep = "yaml-too-deep", Error, "Lists and maps that are nested too deep",
        why: "No stack file needs more than 32 levels; a text that has more was made to exhaust whoever reads it.",
        instead: "Look at where the nesting begins: it is most likely a bracket too many.";
    YamlTooLarge = "yaml-too-large", Error, "More text than a stack file can need",
        why: "A stack file has at most 1 MiB of text and 20,000 values. Beyond that, a file takes long to read and \
              can become no template that CloudFormation accepts.",
        instead: "Split the stack, or check that this is a stack file at all.";
    YamlAlias = "yaml-alias", Error, "An anchor or alias",
        why: "With aliases a few lines can unfold into gigabytes, and a reviewer does not see at a line what stands \
              there. Stack files are meant to be read as they are written.",
        instead: "Write the value out where it is used.";
    YamlMergeKey = "yaml-merge-key", Error, "The merge key <<",
        why: "YAML 1.2 has no merge key; readers disagree on what it overrides, and a reviewer does not see what it \
              brings in.",
        instead: "Write the keys out.";
    YamlTag = "yaml-tag", Error, "A YAML tag such as !Ref or !!str",
        why: "A tag would have to change what a value means. Stack files hold plain values: texts, numbers, true \
              and false, lists and maps. CloudFormation's short forms stand for values that only a template has.",
        instead: "Write the value itself; quote it where it must be text.";
    YamlKey = "yaml-key", Error, "A key that is not text",
        why: "YAML allows lists, maps and nothing at all as keys. No setting is named by one.",
        instead: "Write a plain name before the colon.";
    YamlSeveralDocuments = "yaml-several-documents", Error, "More than one YAML document in a file",
        why: "One file is one stack: a path, its review and its history then belong to exactly one stack.",
        instead: "Move each document into a file of its own.";
    YamlEmpty = "yaml-empty", Error, "A stack file that declares nothing",
        why: "An empty file is most often one that was not saved. Removing a stack is never done by emptying its \
              file.",
        instead: "Write the stack, or run `deployer destroy` and delete the file to remove the stack.";
    DuplicateKey = "duplicate-key", Error, "A key that stands twice in one map",
        why: "YAML wants every key once. Readers that accept two take the first or the last without a word, so half \
              of what was written never takes effect.",
        instead: "Keep the one that is meant.";
    ExtendsUnreadable = "extends-unreadable", Error, "A file to build on that cannot be read",
        why: "`extends` names a file whose settings are a part of this stack. Without it nobody knows what the stack \
              is.",
        instead: "Correct the path: it is relative to the file that says `extends`.";
    ExtendsCycle = "extends-cycle", Error, "Files that extend each other",
        why: "Each would wait for the other to say what it builds on. More than eight files in a chain are refused \
              too: nobody could follow them.",
        instead: "Take one of the files out of the chain.";
    }};
}
