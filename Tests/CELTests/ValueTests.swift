import CEL
import Testing

@Suite struct ValueTests {
  @Test func `numbers of different types are equal by value`() {
    #expect(Value.int(1) == .uint(1) && Value.uint(1) == .double(1.0))
    #expect(Value.double(.nan) != .double(.nan))
    #expect(Value.int(-1) != .uint(.max))
    #expect(Set([Value.int(1), .uint(1), .double(1)]).count == 1)
  }

  @Test func `texts are equal by code points and not by canonical equivalence`() {
    #expect(Value.string("é") != .string("e\u{301}"))
    #expect(Value.map(MapValue([("é", 1), ("e\u{301}", 2)])).mapValue?.count == 2)
  }

  @Test func `maps are equal in any order and lists only in theirs`() {
    #expect(Value.map(MapValue([("a", 1), ("b", 2)])) == ["b": 2, "a": 1])
    #expect(([1, 2] as Value) != [2, 1])
    #expect(Value.map(MapValue([("a", 1), ("b", 2)])).hashValue == (["b": 2, "a": 1] as Value).hashValue)
  }

  @Test(arguments: [3, 8, 9, 40])
  func `a map finds, replaces and removes entries whatever its size`(count: Int) {
    var map = MapValue()
    for number in 0..<count { map.insert(.int(Int64(number)), for: .int(Int64(number))) }
    map["name"] = "x"
    map["name"] = "y"
    #expect(map.count == count + 1 && map["name"] == "y")
    #expect(map.value(for: .uint(2)) == 2 && map.value(for: .double(2)) == 2 && map.value(for: .double(2.5)) == nil)
    #expect(map.value(for: .bool(true)) == nil && map.value(for: .null) == nil)
    map["name"] = nil
    #expect(map["name"] == nil && map.count == count && map.value(for: 1) == 1)
    #expect(!map.insert(1, for: .double(1)) && !map.insert(1, for: .null))
  }

  @Test func `all values have one order for sorting`() {
    let values: [Value] = ["b", 2, .null, .double(.nan), "a", [1], 1.5, true, .int(.min)]
    let sorted = values.sorted(by: Value.precedes)
    #expect(sorted.map(\.rendered) == ["null", "true", "NaN", "-9223372036854775808", "1.5", "2", "a", "b", "[1]"])
  }

  @Test func `a value within a text reads as an operator writes it`() {
    #expect(Value.double(3).rendered == "3" && Value.double(0.1).rendered == "0.1")
    #expect((["a": [1, "x"]] as Value).rendered == #"{"a":[1,"x"]}"#)
    #expect(Value.duration(.milliseconds(1500)).rendered == "1.5s")
  }

  @Test func `a fingerprint tells values apart without showing them`() {
    #expect(fingerprint("secret") == "sha256:2bb80d537b1d")
    #expect(fingerprint(.bytes(Array("secret".utf8))) == fingerprint("secret"))
    #expect(fingerprint([1]) != fingerprint([2]))
  }

  @Test func `base64 is read with and without padding and refused otherwise`() {
    #expect(Base64.decode("aGk") == Array("hi".utf8) && Base64.decode("aGk=") == Array("hi".utf8))
    #expect(Base64.decode("a*") == nil && Base64.decode("a") == nil)
    #expect(Base64.encode([0, 255]) == "AP8=")
  }
}
