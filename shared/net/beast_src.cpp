// The one place where the separately compiled part of Beast is built; apart from Asio's, because each takes 10 s.
#include <boost/beast/src.hpp>
