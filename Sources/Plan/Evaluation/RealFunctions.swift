// The elementary functions of the C library under names that say what they are; the only file of this target that
// imports it. In: doubles. Out: doubles, to the library's precision.

import Glibc

/// sqrt, exp, sin and the like, for closures that a family declares in a line.
enum Real {
  static func exp(_ x: Double) -> Double { Glibc.exp(x) }
  static func log(_ x: Double) -> Double { Glibc.log(x) }
  static func log2(_ x: Double) -> Double { Glibc.log2(x) }
  static func log10(_ x: Double) -> Double { Glibc.log10(x) }
  static func power(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }
  static func sin(_ x: Double) -> Double { Glibc.sin(x) }
  static func cos(_ x: Double) -> Double { Glibc.cos(x) }
  static func tan(_ x: Double) -> Double { Glibc.tan(x) }
  static func asin(_ x: Double) -> Double { Glibc.asin(x) }
  static func acos(_ x: Double) -> Double { Glibc.acos(x) }
  static func atan(_ x: Double) -> Double { Glibc.atan(x) }
  static func atan2(_ y: Double, _ x: Double) -> Double { Glibc.atan2(y, x) }
  static func sinh(_ x: Double) -> Double { Glibc.sinh(x) }
  static func cosh(_ x: Double) -> Double { Glibc.cosh(x) }
  static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
  static func asinh(_ x: Double) -> Double { Glibc.asinh(x) }
  static func acosh(_ x: Double) -> Double { Glibc.acosh(x) }
  static func atanh(_ x: Double) -> Double { Glibc.atanh(x) }
  static func log1p(_ x: Double) -> Double { Glibc.log1p(x) }
  static func expm1(_ x: Double) -> Double { Glibc.expm1(x) }
  static func hypotenuse(_ x: Double, _ y: Double) -> Double { Glibc.hypot(x, y) }
  /// The library's root is off by a bit even for cubes of whole numbers; one step of Newton's method mends that.
  static func cubeRoot(_ x: Double) -> Double {
    let root = Glibc.cbrt(x)
    let square = root * root
    guard square.isNormal else { return root }
    let mended = root - (square * root - x) / (3 * square)
    return mended.isFinite ? mended : root
  }
}

func absoluteSine(_ x: Double) -> Double { abs(Real.sin(x)) }
func cubeRoot(_ x: Double) -> Double { Real.cubeRoot(x) }
