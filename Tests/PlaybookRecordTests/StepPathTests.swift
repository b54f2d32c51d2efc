import PlaybookRecord
import Testing

@Suite struct StepPathTests {
  @Test func `a path is made of its parts`() {
    let item = StepPath("post_incident").appending("ask").item(3)
    #expect(item.text == "post_incident.ask[3]")
    #expect(item.appending("look") == "post_incident.ask[3].look")
    #expect(StepPath("a").appending("b").sibling("c") == "a.c")
    #expect(StepPath("a[2].b").sibling("c") == "a[2].c")
    #expect(StepPath("a").sibling("c") == "c")
  }

  @Test(
    arguments: [
      ("a", nil, "a", "a"), ("a[3]", 3, "a", "a"), ("a[3].b", nil, "a[3].b", "a.b"),
      ("a[3].b[12]", 12, "a[3].b", "a.b"),
    ] as [(StepPath, Int?, StepPath, StepPath)])
  func `positions are told and left out`(path: StepPath, position: Int?, without: StepPath, plain: StepPath) {
    #expect(path.position == position)
    #expect(path.withoutItem == without)
    #expect(path.withoutItems == plain)
  }

  @Test func `a path knows the step around it and those within it`() {
    #expect(StepPath("a[3].b").parent == "a[3]")
    #expect(StepPath("a[3]").parent == "a")
    #expect(StepPath("a").parent == nil)
    #expect(StepPath("a[3].b[1]").name == "b")
    #expect(StepPath("a[3].b").nameInItem == "b" && StepPath("a.b").nameInItem == "a.b")
    #expect(StepPath("a").contains("a") && StepPath("a").contains("a[1].b") && StepPath("a").contains("a.b"))
    #expect(!StepPath("a").contains("ab") && !StepPath("a.b").contains("a"))
    #expect(StepPath("a.b").isWithin("a") && !StepPath("a[1]").isWithin("a") && StepPath("a[1]").isItem(of: "a"))
    #expect(StepPath("a[3].b").lastPosition == 3 && StepPath("a").lastPosition == nil)
  }
}
