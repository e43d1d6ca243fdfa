// Approved pictures and texts on paper: PDF in A4 and A3, with the hotline and a QR code that dials it.
#pragma once
#include <string>

#include "shared/render/render.hpp"

namespace fz::render {

enum class Paper { a4, a3 };

/// A picture as a JPEG that is put into the file as it is; nothing here decodes it.
struct PrintPicture {
  std::string jpeg;
  int width = 0, height = 0;  ///< pixels, of the JPEG; 1..kMaxSide
};
/// One page, upright or lying as the picture is, the picture as large as it fits over a foot with 96110 and a QR code ("tel:96110").
/// Errors: render_size, fonts_missing, io.
Result<std::string> print_picture(Renderer& renderer, const PrintPicture& picture, Paper paper);
/// All pages of a bulletin, slogan or warning, drawn as screens draw them, at 200 dots an inch. Errors: of Renderer::layout, io.
Result<std::string> print_document(Renderer& renderer, const Document& document, Paper paper);

}  // namespace fz::render
