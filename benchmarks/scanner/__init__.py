"""A scanner from outside: wapiti against the example, signed in as each role."""
