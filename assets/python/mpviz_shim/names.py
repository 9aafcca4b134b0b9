"""Call sites and function names. Never calls code of the program: no repr(), len() or attribute hooks."""

import os
import sys

_USER, _PACKAGES, _STANDARD_LIBRARY, _SHIM = range(4)
_STANDARD_DIRECTORY = os.path.dirname(os.__file__) + "/"
_MAX_FILE = 240
_MAX_CACHED = 10000
_MAX_WRAPPERS = 8
# Modules whose wrappers hide the function of the user, and the attributes that hold it.
_WRAPPER_MODULES = ("functools", "joblib", "sklearn", "mpire", "tqdm", "loky", "pathos")
_WRAPPED = ("func", "function", "fn")
# As in the types module, which takes 0.7 ms to import.
FunctionType = type(lambda: None)
MethodType = type(os.environ.get)
_NAMED = (FunctionType, type(len), type)
_origins = {}


def _find_origin(filename):
    if filename.startswith("<mpviz_shim"):
        origin = _SHIM
    elif "/site-packages/" in filename or "/dist-packages/" in filename:
        origin = _PACKAGES
    elif filename.startswith((_STANDARD_DIRECTORY, "<frozen ")):
        origin = _STANDARD_LIBRARY
    else:
        origin = _USER
    if len(_origins) >= _MAX_CACHED:
        _origins.clear()
    _origins[filename] = origin
    return origin


def _origin_of_file(filename):
    origin = _origins.get(filename)
    return _find_origin(filename) if origin is None else origin


def is_user_code(function):
    """Whether a function, without wrappers around it, or the class of its object is of the user."""
    for _ in range(_MAX_WRAPPERS):
        kind = type(function)
        if kind is FunctionType:
            return _origin_of_file(function.__code__.co_filename) == _USER
        if kind is MethodType:
            if _is_user_class(type(function.__self__)):
                return True
            function = function.__func__
            continue
        wrapped = None if kind in _NAMED else _unwrap(function)
        if wrapped is None:
            return _is_user_class(kind)
        function = wrapped
    return True


def _is_user_class(kind):
    module = kind.__module__
    module = sys.modules.get(module) if type(module) is str else None
    if module is None:
        return True
    filename = module.__dict__.get("__file__")
    return module.__name__ == "__main__" or type(filename) is str and _origin_of_file(filename) == _USER


def is_made_by_dask():
    """Whether code of distributed, perhaps through the standard library, called the hooked function."""
    frame = sys._getframe(1)
    try:
        while frame is not None and _origin_of_file(frame.f_code.co_filename) >= _STANDARD_LIBRARY:
            frame = frame.f_back
        name = "" if frame is None else frame.f_globals.get("__name__")
        return type(name) is str and name.partition(".")[0] == "distributed"
    finally:
        frame = None


def is_started_by_user():
    """Whether the code that called the hooked function is of the user."""
    frame = sys._getframe(1)
    try:
        while frame is not None and _origin_of_file(frame.f_code.co_filename) == _SHIM:
            frame = frame.f_back
        return frame is not None and _origin_of_file(frame.f_code.co_filename) == _USER
    finally:
        frame = None


def call_site():
    """(file, line, function, whether it is the user's) of the innermost frame of the user, else of a library."""
    frame = sys._getframe(1)
    nearest, nearest_origin = None, _SHIM
    try:
        while frame is not None:
            filename = frame.f_code.co_filename
            origin = _origin_of_file(filename)
            if origin < nearest_origin:
                code = frame.f_code
                function = getattr(code, "co_qualname", code.co_name)
                nearest = filename, frame.f_lineno or 0, function, origin == _USER
                nearest_origin = origin
                if origin == _USER:
                    break
            frame = frame.f_back
        return nearest or ("", 0, "", False)
    finally:
        frame = None


def site_fields(site):
    """Text fields of a call site. Of a long path the end is kept."""
    filename, line, function, _ = site
    return filename[-_MAX_FILE:].replace("\x1f", "?"), str(line), function


def _is_process_chunk(function):
    """Whether this is how executors call the user's function for every item of a chunk."""
    return type(function) is FunctionType and function.__name__ == "_process_chunk"


def _unwrap(function):
    """The function that a known wrapper calls, or None."""
    kind = type(function)
    # The module of a class of the user's can be anything, also no string.
    module = kind.__module__
    if type(module) is not str or module.partition(".")[0] not in _WRAPPER_MODULES:
        return None
    if kind.__name__ == "BatchedCalls":
        return function.items[0][0]
    if kind.__name__ == "partial":
        if _is_process_chunk(function.func):
            return function.args[0]
        return function.func
    held = function.__dict__
    for name in _WRAPPED:
        if name in held:
            return held[name]
    return None


def function_name(function):
    """Qualified name of the function that a task calls, without the wrappers of libraries around it."""
    try:
        for _ in range(_MAX_WRAPPERS):
            kind = type(function)
            if kind is FunctionType:
                return function.__qualname__
            if kind is MethodType:
                function = function.__func__
                continue
            wrapped = None if kind in _NAMED else _unwrap(function)
            if wrapped is None:
                break
            function = wrapped
        return function.__qualname__ if kind in _NAMED else kind.__qualname__
    except Exception:
        return ""
    finally:
        function = wrapped = None


def count_items(function, arguments):
    """How many calls of the user's function a task of an executor makes."""
    kind = type(function)
    if kind.__name__ == "partial" and kind.__module__ == "functools":
        if _is_process_chunk(function.func) and type(arguments[0]) in (tuple, list):
            return len(arguments[0])
    elif kind.__name__ == "BatchedCalls" and type(function.items) is list:
        return len(function.items)
    return 1
