//! What an article looks like: a file of the device is chosen, made small, and shown before it is kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use comptoir_core::catalogue::{CatalogueEdit, FILE_BYTES, Picture, PictureId, PictureRefused};
use comptoir_core::outside::Random;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use slint::Image;

use super::article::{Article, Page};
use crate::files::{self, Listing};
use crate::pictures::{self, Drawn};
use crate::till::Till;

/// The endings of the files that can be read.
const ENDINGS: [&str; 4] = ["png", "jpg", "jpeg", "webp"];

/// What a person does with the article's picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Goes to choose a file.
    Choose,
    /// Typed where it is.
    Path(String),
    /// Looks at what was typed: into a folder, or at a file.
    Look,
    /// Touched a file or folder of the list.
    Entry(usize),
    /// Goes to the folder above.
    Up,
    /// Goes back to the article.
    Leave,
    /// Takes the picture away.
    TakeAway,
}

/// What the article is to look like.
#[derive(Clone, Default)]
pub(crate) enum Portrait {
    /// As it does.
    #[default]
    AsItIs,
    /// Like this.
    New(Arc<Picture>, Option<Drawn>),
    /// Like nothing: its name stands for it.
    Away,
}

impl std::fmt::Debug for Portrait {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Portrait::AsItIs => "AsItIs",
            Portrait::New(..) => "New",
            Portrait::Away => "Away",
        })
    }
}

/// Where a file is looked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    pub(crate) path: String,
    pub(crate) listing: Listing,
    /// Whether a folder or a file is being read.
    pub(crate) reads: bool,
}

impl Article {
    /// The edit that makes it look otherwise; none where it looks as it did.
    pub(super) fn portrait_edit(&self) -> Option<CatalogueEdit> {
        let picture = match &self.portrait {
            Portrait::AsItIs => return None,
            Portrait::New(picture, _) => Some(picture.clone()),
            Portrait::Away => None,
        };
        Some(CatalogueEdit::Picture { sku: self.product.sku.trim().to_owned(), picture })
    }

    /// The picture that is kept of it, unless another is to take its place.
    pub(crate) fn kept_picture(&self) -> Option<PictureId> {
        self.product.picture.filter(|_| matches!(self.portrait, Portrait::AsItIs))
    }

    /// Whether it has a picture, or is to have one.
    pub(crate) fn has_picture(&self) -> bool {
        matches!(self.portrait, Portrait::New(..)) || self.kept_picture().is_some()
    }
}

/// The picture of the open article, as it is to be.
pub(crate) fn shown(till: &Till, article: &Article) -> Option<Image> {
    match &article.portrait {
        Portrait::AsItIs => article.product.picture.and_then(|id| till.pictures.drawn(id)),
        Portrait::New(_, drawn) => drawn.clone().map(Image::from_rgba8),
        Portrait::Away => None,
    }
}

/// Does what a person asked for.
pub(super) fn update(till: &mut Till, edit: Edit) {
    let room = &mut till.catalogue;
    let Some(article) = &mut room.article else { return };
    let search = &mut room.portrait;
    if search.reads {
        return;
    }
    match edit {
        Edit::Choose => {
            article.page = Page::Picture;
            let known = &search.listing.folder;
            let folder = if known.as_os_str().is_empty() { files::home() } else { known.clone() };
            look_at(till, folder);
        }
        Edit::Path(text) => search.path = text,
        Edit::Look => {
            let path = PathBuf::from(search.path.trim());
            look_at(till, path);
        }
        Edit::Entry(place) => {
            if let Some(path) = search.listing.entries.get(place).map(|entry| entry.path.clone()) {
                look_at(till, path);
            }
        }
        Edit::Up => {
            if let Some(above) = search.listing.folder.parent().map(PathBuf::from) {
                look_at(till, above);
            }
        }
        Edit::Leave => article.page = Page::Article,
        Edit::TakeAway => article.portrait = Portrait::Away,
    }
}

/// What was found at a path.
enum Looked {
    Folder(Listing),
    Picture(Arc<Picture>, Option<Drawn>),
}

/// Looks into a folder, or reads a file: away from the register and the window, for either may take its time.
fn look_at(till: &mut Till, path: PathBuf) {
    let room = &mut till.catalogue;
    room.portrait.path = path.display().to_string();
    room.portrait.reads = true;
    let sku = room.article.as_ref().map(|article| article.product.sku.clone());
    let look = move |_: &mut dyn Random| {
        if path.is_dir() {
            return files::look_into(&path, &ENDINGS).map(Looked::Folder);
        }
        let picture = read(&path)?;
        let drawn = pictures::draw(&picture);
        Ok(Looked::Picture(Arc::new(picture), drawn))
    };
    till.aside(look, move |till, looked: Result<Looked, Message>| {
        let room = &mut till.catalogue;
        room.portrait.reads = false;
        // Another article may have been opened meanwhile.
        let article = room.article.as_mut().filter(|article| Some(&article.product.sku) == sku.as_ref());
        match (looked, article) {
            (Ok(Looked::Folder(listing)), _) => room.portrait.listing = listing,
            (Ok(Looked::Picture(picture, drawn)), Some(article)) => {
                (article.portrait, article.page) = (Portrait::New(picture, drawn), Page::Article);
            }
            (Ok(Looked::Picture(..)), None) => {}
            (Err(message), _) => till.refuse_for(message),
        }
    });
}

/// The picture to be kept of a file. How long it is is looked at before it is read.
fn read(path: &Path) -> Result<Picture, Message> {
    let unread = |cause: std::io::Error| {
        message!(
            "{file} cannot be read: {why}. Choose another file.",
            file = path.display().to_string(),
            why = cause.to_string()
        )
    };
    let length = std::fs::metadata(path).map_err(unread)?.len();
    if length > FILE_BYTES as u64 {
        return Err(PictureRefused::TooLong.message());
    }
    Picture::of_file(&std::fs::read(path).map_err(unread)?).map_err(|refused| refused.message())
}
