//! Rank: what runs for every request comes before what runs seldom.

mod common;

use common::project;
use laggard::config::Config;

const MODELS: &str = r#"
from django.db import models

class Tag(models.Model):
    name = models.CharField(max_length=20)
"#;

const VIEWS: &str = r#"
from django.views import View

from shop.names import shared
from shop.models import Tag

class Tags(View):
    def get(self, request, names):
        shared(names)
        return [Tag.objects.get(name=name) for name in names]

def plain(names):
    return [Tag.objects.get(name=name) for name in names]

def listed(request, names):
    return [Tag.objects.get(name=name) for name in names]
"#;

const NAMES: &str = r#"
from shop.models import Tag

def shared(names):
    return [Tag.objects.get(name=name) for name in names]

def of_commands(names):
    return [Tag.objects.get(name=name) for name in names]
"#;

const URLS: &str = r#"
from django.urls import path

from shop.views import listed

urlpatterns = [path("tags/", listed)]
"#;

const COMMAND: &str = r#"
from django.core.management.base import BaseCommand

from shop.names import of_commands
from shop.models import Tag

class Command(BaseCommand):
    def handle(self, *args, **options):
        of_commands(options["names"])
        return [Tag.objects.get(name=name) for name in options["names"]]
"#;

const SHELL: &str = r#"
import click

from shop.models import Tag

@click.command()
def load(names):
    return [Tag.objects.get(name=name) for name in names]
"#;

/// The rank of the finding in each function, in the order of files.
fn ranks() -> Vec<(String, f64)> {
    let folder = project(&[
        ("shop/__init__.py", ""),
        ("shop/models.py", MODELS),
        ("shop/views.py", VIEWS),
        ("shop/names.py", NAMES),
        ("shop/urls.py", URLS),
        ("shop/shell.py", SHELL),
        ("shop/management/commands/load.py", COMMAND),
    ]);
    let mut config = Config::new(folder.path(), &[]);
    config.select = vec!["query-in-loop".to_owned()];
    config.isolated = true;
    let outcome = laggard::check(&config).expect("the settings are right");
    outcome.diagnostics.into_iter().map(|diagnostic| (diagnostic.function, diagnostic.rank)).collect()
}

#[test]
fn how_a_function_comes_to_run_decides_its_rank() {
    let ranks = ranks();
    let rank_of = |name: &str| {
        let found = ranks.iter().find(|(function, _)| function.ends_with(name));
        found.unwrap_or_else(|| panic!("nothing in {name}: {ranks:?}")).1
    };
    let plain = rank_of("plain");
    for often in ["Tags.get", "listed", "shared", "load"] {
        assert!(rank_of(often) > plain, "{often}: {ranks:?}");
    }
    for seldom in ["handle", "of_commands"] {
        assert!(rank_of(seldom) < plain, "{seldom}: {ranks:?}");
    }
}
