//! Which configuration holds for a file: the nearest above it, alone, with what it says it extends. Below it the built-in
//! defaults, above it `--config KEY=VALUE`. Knows no rule.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::layer::{Class, Layer, Located, RunSettings};
use super::{Config, SetupError, normal, reader, relative_path};

/// Names of configuration files; in one folder the first that speaks of laggard is used.
pub const FILE_NAMES: &[&str] = &["laggard.toml", ".laggard.toml", "pyproject.toml", "Cargo.toml"];
/// As the value of `extend`: the next configuration above.
const WORKSPACE: &str = "workspace";

/// The layers that hold for the files of a folder, weaker ones first.
#[derive(Clone, Debug, Default)]
pub struct Stack {
    /// Shared with other folders.
    pub layers: Vec<Arc<Layer>>,
}

impl Stack {
    /// The pattern that excludes a file, and where it stands.
    pub fn excluding(&self, file: &Path) -> Option<(String, String)> {
        self.layers.iter().rev().find_map(|layer| {
            let pattern = layer.exclude.matching(&layer.folder, file)?;
            Some((pattern.value.clone(), layer.place(pattern.line)))
        })
    }

    /// What a file is, if a layer says so.
    pub fn class_of(&self, file: &Path) -> Option<Class> {
        self.layers.iter().rev().find_map(|layer| layer.class_of(file))
    }

    /// The strongest value of a setting of the run, and its layer.
    pub fn run<T: Clone>(&self, of: impl Fn(&RunSettings) -> &Option<Located<T>>) -> Option<(T, &Layer, u32)> {
        self.layers
            .iter()
            .rev()
            .find_map(|layer| of(&layer.run).as_ref().map(|one| (one.value.clone(), &**layer, one.line)))
    }
}

/// A layer and the folder that it was found in.
type Found = (Arc<Layer>, PathBuf);

/// Finds the configuration of folders; each file is read once.
pub struct Settings<'c> {
    config: &'c Config,
    /// What `--config FILE` names: it holds for all files.
    fixed: Option<Vec<Arc<Layer>>>,
    /// What `--config KEY=VALUE` says.
    inline: Vec<Arc<Layer>>,
    nearest: BTreeMap<PathBuf, Option<Found>>,
    /// By the text of the path: to compare paths part by part takes longer.
    stacks: BTreeMap<OsString, Stack>,
}

impl<'c> Settings<'c> {
    /// Reads what the command line names.
    pub fn new(config: &'c Config) -> Result<Settings<'c>, SetupError> {
        let mut settings =
            Settings { config, fixed: None, inline: Vec::new(), nearest: BTreeMap::new(), stacks: BTreeMap::new() };
        for value in &config.config_values {
            settings.inline.push(Arc::new(reader::read_inline(value, &config.root)?));
        }
        if let Some(file) = &config.config_file {
            let mut layer = settings.named(file, "--config")?;
            // Its patterns are about the project, wherever the file lies.
            layer.folder = config.root.clone();
            let folder = file.parent().unwrap_or(file).to_path_buf();
            settings.fixed = Some(settings.with_extended(Arc::new(layer), &folder)?);
        }
        Ok(settings)
    }

    /// The settings of the run: those of the project root.
    pub fn root(&mut self) -> Result<Stack, SetupError> {
        let root = self.config.root.clone();
        self.of(&root)
    }

    /// The layers for the files of a folder.
    pub fn of(&mut self, folder: &Path) -> Result<Stack, SetupError> {
        if let Some(stack) = self.stacks.get(folder.as_os_str()) {
            return Ok(stack.clone());
        }
        let mut layers = match &self.fixed {
            Some(layers) => layers.clone(),
            None => match self.nearest(folder)? {
                Some((layer, folder)) => self.with_extended(layer, &folder)?,
                None => Vec::new(),
            },
        };
        layers.extend(self.inline.iter().cloned());
        let stack = Stack { layers };
        self.stacks.insert(folder.into(), stack.clone());
        Ok(stack)
    }

    /// The nearest configuration of a folder or one above it, not further than the repository.
    fn nearest(&mut self, folder: &Path) -> Result<Option<Found>, SetupError> {
        if self.config.isolated {
            return Ok(None);
        }
        if let Some(known) = self.nearest.get(folder) {
            return Ok(known.clone());
        }
        let found = match (self.in_folder(folder)?, folder.parent()) {
            (Some(layer), _) => Some((layer, folder.to_path_buf())),
            (None, Some(above)) if !folder.join(".git").exists() => self.nearest(above)?,
            (None, _) => None,
        };
        self.nearest.insert(folder.to_path_buf(), found.clone());
        Ok(found)
    }

    fn in_folder(&self, folder: &Path) -> Result<Option<Arc<Layer>>, SetupError> {
        for name in FILE_NAMES {
            let path = folder.join(name);
            if path.is_file()
                && let Some(layer) = self.read(&path)?
            {
                return Ok(Some(Arc::new(layer)));
            }
        }
        Ok(None)
    }

    /// A layer and those that it extends, the weakest first.
    fn with_extended(&mut self, layer: Arc<Layer>, folder: &Path) -> Result<Vec<Arc<Layer>>, SetupError> {
        let mut layers = vec![layer];
        let mut folder = folder.to_path_buf();
        while let Some(extend) = layers.last().and_then(|layer| layer.extend.clone()) {
            let place = layers.last().map(|layer| layer.place(extend.line)).unwrap_or_default();
            let (next, next_folder) = self.extended(&extend.value, &folder, &place)?;
            if layers.iter().any(|layer| layer.name == next.name) {
                return Err(SetupError::new(
                    format!("{place}: `{}` extends itself", next.name),
                    "take one `extend` out",
                ));
            }
            layers.push(next);
            folder = next_folder;
        }
        layers.reverse();
        Ok(layers)
    }

    fn extended(&mut self, value: &str, folder: &Path, place: &str) -> Result<Found, SetupError> {
        if value == WORKSPACE {
            let above = folder.parent().map(|above| self.nearest(above)).transpose()?.flatten();
            let missing = || SetupError::new(format!("{place}: there is no configuration above to extend"), "");
            return above.ok_or_else(missing);
        }
        let path = normal(&folder.join(value));
        let layer = self.named(&path, place)?;
        Ok((Arc::new(layer), path.parent().unwrap_or(&path).to_path_buf()))
    }

    /// A file that somebody names has to be there, and to say something.
    fn named(&self, path: &Path, place: &str) -> Result<Layer, SetupError> {
        let shown = relative_path(&self.config.root, path);
        if !path.is_file() {
            return Err(SetupError::new(format!("{place}: there is no file `{shown}`"), ""));
        }
        let nothing = || SetupError::new(format!("{place}: `{shown}` has no settings for laggard"), "");
        self.read(path)?.ok_or_else(nothing)
    }

    fn read(&self, path: &Path) -> Result<Option<Layer>, SetupError> {
        let name = relative_path(&self.config.root, path);
        let file_name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            // What is wrong with a manifest is for others to say.
            Err(_) if !reader::tables_of(file_name).is_empty() => return Ok(None),
            Err(error) => return Err(SetupError::new(format!("`{name}` cannot be read: {error}"), "")),
        };
        let folder = path.parent().unwrap_or(path);
        reader::read_file(&name, file_name, text.trim_start_matches('\u{feff}'), folder)
    }
}
