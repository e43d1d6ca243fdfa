// The one place where the separately compiled part of Asio is built.
#include <boost/asio/impl/src.hpp>
