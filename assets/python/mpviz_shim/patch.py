"""Installs hooks in modules, at once or when the program imports them."""

import sys

from mpviz_shim.ring import fault

_installers = {}


def wrap(owner, name, make):
    """Replaces the function `name` of a class or module by `make(function)`, which looks and pickles the same."""
    try:
        attribute = owner.__dict__[name]
        is_method_of_class = isinstance(attribute, classmethod)
        function = attribute.__func__ if is_method_of_class else attribute
        wrapper = make(function)
        for copied in ("__module__", "__name__", "__qualname__", "__doc__"):
            setattr(wrapper, copied, getattr(function, copied))
        wrapper.__wrapped__ = function
        setattr(owner, name, classmethod(wrapper) if is_method_of_class else wrapper)
    except Exception as error:
        fault("wrap " + name, error)


def _install(module, name):
    try:
        _installers[name](module)
    except Exception as error:
        fault("install " + name, error)


class _Finder:
    """Finds modules as the other finders do, and installs hooks after a module was executed."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in _installers:
            return None
        for finder in sys.meta_path:
            find_spec = getattr(finder, "find_spec", None)
            if finder is _Finder or find_spec is None:
                continue
            spec = find_spec(name, path, target)
            if spec is not None:
                _install_after_exec(spec)
                return spec
        return None


def _install_after_exec(spec):
    try:
        loader = spec.loader
        exec_module = loader.exec_module
        if isinstance(loader, type):
            raise TypeError("the loader is shared by all modules")

        def exec_and_install(module):
            loader.__dict__.pop("exec_module", None)
            exec_module(module)
            _install(module, spec.name)

        loader.exec_module = exec_and_install
    except Exception as error:
        fault("import " + spec.name, error)


def install_hooks(installers):
    """Installs hooks by module name, now or when the module is imported."""
    _installers.update(installers)
    sys.meta_path.insert(0, _Finder)
    for name in installers:
        module = sys.modules.get(name)
        if module is not None:
            _install(module, name)
