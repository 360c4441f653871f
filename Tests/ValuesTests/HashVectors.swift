/// Hashes as they must stay: partitions and saved state depend on them. Computed by an independent implementation.
enum HashVectors {
  static let pinned: [UInt64] = [
    0xC9D874CA57D9E055,
    0x52856F15D58E860A,
    0x71E5B5329FE3E296,
    0x392861B1F5E37394,
    0x99992679E603B46B,
    0xBD6066E6B2AEEA0C,
    0x5851F42D4C957F2D,
    0x4B24D35CBA4A63B0,
    0xC19F0AC563FA32A6,
    0x68FA9EC0A0C7191E,
    0x1D627C01DBD9509E,
    0xA6DC0341B79F7739,
  ]
}
