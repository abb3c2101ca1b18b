"""One course, several languages: translations as PO files, and what applies and updates them.

The folder `ko` has the Korean ones: NAME.po for the notebook NAME, `glossary.po`, and `package.po`
for what the package itself prints and draws. `python -m fcsr.course.translation` updates them.
"""
